using System.Security.Cryptography;
using System.Text;
using CsCheck;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Tests;

public sealed class TamperingTests
{
    [Fact]
    public async Task Every_changed_byte_of_a_small_sealed_package_is_refused()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        for (var i = 0; i < fixture.Whole.Length; i++)
        {
            foreach (var mask in new byte[] { 0x01, 0x20, 0xff })
            {
                var changed = fixture.Whole.ToArray();
                changed[i] ^= mask;
                await fixture.RefusedAsync(changed);
            }
        }
    }

    [Fact]
    public async Task Every_cut_of_a_small_sealed_package_is_refused()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        for (var length = 0; length < fixture.Whole.Length; length++)
        {
            var failure = await fixture.RefusedAsync(fixture.Whole[..length]);
            Assert.Contains(failure.Code, (string[])["TSF1002", "TSF1004"]);
        }
    }

    [Fact]
    public async Task Cuts_and_changes_around_the_borders_of_segments_are_refused()
    {
        using var fixture = await SealedFixture.CreateAsync((3 << 20) + 5);
        var whole = fixture.Whole;
        foreach (var border in Enumerable.Range(1, 3).Select(segment => fixture.StreamOffset + (segment << 20)))
        {
            for (var around = -17; around <= 17; around++)
            {
                var place = Math.Min(border + around, whole.Length - 1);
                await fixture.RefusedAsync(whole[..place]);
                var changed = whole.ToArray();
                changed[place] ^= 1;
                Assert.Equal("TSF1005", (await fixture.RefusedAsync(changed)).Code);
            }
        }
    }

    [Fact]
    public async Task Any_change_or_cut_of_a_large_sealed_package_is_refused()
    {
        using var fixture = await SealedFixture.CreateAsync((2 << 20) + 12_345);
        var whole = fixture.Whole;
        await Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[1, 255], Gen.Bool).SampleAsync(
            async (place, mask, cut) =>
            {
                var damaged = cut ? whole[..place] : whole.ToArray();
                if (!cut)
                {
                    damaged[place] ^= (byte)mask;
                }

                await fixture.RefusedAsync(damaged);
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public async Task Appended_swapped_and_repeated_segments_are_refused()
    {
        using var fixture = await SealedFixture.CreateAsync(4 << 20);
        var whole = fixture.Whole;
        var start = fixture.StreamOffset;
        byte[] Segment(int number) => whole[(start + (number << 20))..(start + ((number + 1) << 20))];
        Assert.Equal("TSF1004", (await fixture.RefusedAsync([.. whole, 0])).Code);
        Assert.Equal("TSF1004", (await fixture.RefusedAsync([.. whole, .. Segment(1)])).Code);
        Assert.Equal("TSF1005", (await fixture.RefusedAsync([.. whole[..(start + (1 << 20))], .. Segment(2), .. Segment(1), .. whole[(start + (3 << 20))..]])).Code);
        Assert.Equal("TSF1005", (await fixture.RefusedAsync([.. whole[..(start + (2 << 20))], .. Segment(1), .. whole[(start + (3 << 20))..]])).Code);
    }

    [Fact]
    public async Task Segments_of_another_sealing_of_the_same_package_are_refused()
    {
        using var one = await SealedFixture.CreateAsync(2 << 20);
        var again = one.Forge([.. Enumerable.Repeat((byte)0, one.Whole.Length - one.StreamOffset - 40 - 48)]);
        var place = one.StreamOffset + (1 << 20);
        Assert.Equal("TSF1005", (await one.RefusedAsync([.. one.Whole[..place], .. again[^(one.Whole.Length - place)..]])).Code);
    }

    [Fact]
    public async Task Another_key_is_refused()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        using var other = new KeyRecord { Key = SecretBuffer.Random(32), Purpose = KeyPurpose.Model, Model = "sample", PublisherKey = fixture.Record.PublisherKey, LowestVersion = "1" };
        Assert.Equal("TSF1005", (await fixture.RefusedAsync(fixture.Whole, other)).Code);
    }

    [Fact]
    public async Task Content_that_the_envelope_does_not_announce_is_refused_although_it_decrypts()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        var manifest = fixture.Package.ManifestBytes;
        byte[] weights = SamplePackage.Bytes(3, 2), graph = SamplePackage.Bytes(40, 1);
        await SucceedsAsync(fixture, SealedFixture.Archive(manifest, weights, graph));

        var otherManifest = (fixture.Package.Manifest with { MaxBatch = 7 }).ToUtf8();
        Assert.Equal("TSF1006", await CodeAsync(SealedFixture.Archive(otherManifest, weights, graph)));
        Assert.Equal("TSF1006", await CodeAsync(SealedFixture.Archive(manifest, weights, graph, [1])));
        Assert.Equal("TSF1006", await CodeAsync(SealedFixture.Archive(manifest, weights, graph[1..])));
        Assert.Equal("TSF1006", await CodeAsync([1, 2, 3]));
        Assert.Equal("TSF1006", await CodeAsync([.. "TSARCH01"u8, 0xff, 0xff, 0xff, 0xff, 0]));
        Assert.Equal("TSF1006", await CodeAsync([.. "TSARCH01"u8, 9, 0, 0, 0, 1]));
        graph[39] ^= 1;
        Assert.Equal("TSF1013", await CodeAsync(SealedFixture.Archive(manifest, weights, graph)));

        async Task<string> CodeAsync(byte[] archive) => (await fixture.RefusedAsync(fixture.Forge(archive))).Code;
    }

    [Fact]
    public async Task Manifest_inside_that_climbs_out_is_refused()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        var text = Encoding.UTF8.GetString(fixture.Package.ManifestBytes).Replace("data/weights.bin", "../weights.bin");
        await RefusedManifestAsync(fixture, text, "../weights.bin");
    }

    [Fact]
    public async Task Manifest_inside_of_another_name_is_refused()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        var text = Encoding.UTF8.GetString(fixture.Package.ManifestBytes).Replace("\"sample\"", "\"simple\"");
        var manifest = Encoding.UTF8.GetBytes(text);
        var envelope = PackageHead.Parse(fixture.Whole.AsSpan(0, fixture.StreamOffset), "whole").Envelope with { ManifestDigest = Hex.Write(SHA256.HashData(manifest)) };
        var forged = fixture.Forge(SealedFixture.Archive(manifest, SamplePackage.Bytes(3, 2), SamplePackage.Bytes(40, 1)), envelope);
        Assert.Equal("TSF1006", (await fixture.RefusedAsync(forged)).Code);
    }

    [Fact]
    public async Task Key_record_rules_are_enforced()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var digest = fixture.Package.ManifestDigest;
        ReadOnlyMemory<byte> publisher = fixture.Publisher.ExportSubjectPublicKeyInfo();
        await SucceedsAsync(fixture, null, Record());
        await SucceedsAsync(fixture, null, Record(digest: digest));
        await SucceedsAsync(fixture, null, Record(digest: digest, key: publisher));
        await SucceedsAsync(fixture, null, Record(key: publisher, lowest: "1.2.0.0"));
        Assert.Equal("TSF1007", await CodeAsync(Record(model: "other", key: publisher)));
        Assert.Equal("TSF1007", await CodeAsync(Record(purpose: KeyPurpose.Rows, key: publisher)));
        Assert.Equal("TSF1008", await CodeAsync(Record(lowest: "1.10", key: publisher)));
        Assert.Equal("TSF1009", await CodeAsync(Record(digest: new string('0', 64), key: publisher)));
        Assert.Equal("TSF1010", await CodeAsync(Record(key: stranger.ExportSubjectPublicKeyInfo())));
        Assert.Equal("TSF1010", await CodeAsync(Record(digest: digest, key: stranger.ExportSubjectPublicKeyInfo())));

        KeyRecord Record(string model = "sample", KeyPurpose purpose = KeyPurpose.Model, string lowest = "1", string? digest = null, ReadOnlyMemory<byte>? key = null) => new()
        {
            Key = new SecretBuffer(SamplePackage.Bytes(32, 3)),
            Purpose = purpose,
            Model = model,
            LowestVersion = lowest,
            ManifestDigest = digest,
            PublisherKey = digest is null ? key ?? publisher : key,
        };

        async Task<string> CodeAsync(KeyRecord record) => (await fixture.RefusedAsync(fixture.Whole, record)).Code;
    }

    [Fact]
    public async Task Signature_of_the_publisher_over_another_envelope_is_refused()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        var other = fixture.Forge(SealedFixture.Archive(fixture.Package.ManifestBytes, SamplePackage.Bytes(3, 2), SamplePackage.Bytes(41, 1)));
        var start = 12 + fixture.EnvelopeLength;
        byte[] moved = [.. fixture.Whole[..start], .. other[start..(start + 97)], .. fixture.Whole[(start + 97)..]];
        Assert.Equal("TSF1011", (await fixture.RefusedAsync(moved)).Code);
        byte[] unsigned = [.. fixture.Whole[..start], .. new byte[97], .. fixture.Whole[(start + 97)..]];
        Assert.Equal("TSF1010", (await fixture.RefusedAsync(unsigned)).Code);
    }

    [Theory]
    [InlineData("\"formatVersion\":1", "\"formatVersion\":2", "TSF1003")]
    [InlineData("\"formatVersion\":1", "\"formatVersion\": 1", "TSF1003")]
    [InlineData("\"sample\"", "\"s\\u0061mple\"", "TSF1003")]
    [InlineData("kbs:///", "http:///", "TSF1003")]
    [InlineData("\"1.2\"", "\"01.2\"", "TSF1003")]
    [InlineData("\"model\"", "\"modul\"", "TSF1003")]
    public async Task Rejects_envelope(string from, string to, string code)
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        var text = Encoding.UTF8.GetString(fixture.Whole.AsSpan(12, fixture.EnvelopeLength));
        Assert.Contains(from, text, StringComparison.Ordinal);
        var envelope = Encoding.UTF8.GetBytes(text.Replace(from, to));
        byte[] changed = [.. "TSEALED1"u8, .. BitConverter.GetBytes(envelope.Length), .. envelope, .. fixture.Whole[(12 + fixture.EnvelopeLength)..]];
        Assert.Equal(code, (await fixture.RefusedAsync(changed)).Code);
    }

    [Fact]
    public void Garbage_is_refused_with_a_code() => Gen.Byte.Array[0, 300].Sample(garbage =>
    {
        byte[] bytes = garbage.Length % 2 == 0 ? garbage : [.. "TSEALED1"u8, (byte)(garbage.Length / 2), 0, 0, 0, .. garbage];
        var failure = Assert.ThrowsAny<Protocol.Errors.TsfException>(() => SealedPackage.OpenAsync(new SlowSource(bytes), default).GetAwaiter().GetResult());
        Assert.Matches("^TSF100[234]$", failure.Code);
    });

    private static async Task SucceedsAsync(SealedFixture fixture, byte[]? archive, KeyRecord? record = null)
    {
        using var temporary = new Testing.TemporaryDirectory();
        await SamplePackage.UnsealAsync(new SlowSource(archive is null ? fixture.Whole : fixture.Forge(archive)), temporary["out"], record ?? fixture.Record);
    }

    private static async Task RefusedManifestAsync(SealedFixture fixture, string text, string named)
    {
        var manifest = Encoding.UTF8.GetBytes(text);
        var envelope = PackageHead.Parse(fixture.Whole.AsSpan(0, fixture.StreamOffset), "whole").Envelope with { ManifestDigest = Hex.Write(SHA256.HashData(manifest)) };
        var failure = await fixture.RefusedAsync(fixture.Forge(SealedFixture.Archive(manifest, SamplePackage.Bytes(3, 2), SamplePackage.Bytes(40, 1)), envelope));
        Assert.Equal("TSF1001", failure.Code);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }
}
