using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using TrustedServe.Packaging.Keys;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Tests;

public sealed class KeyRecordTests
{
    private static readonly string Key = Convert.ToBase64String(SamplePackage.Bytes(32, 3));

    private static readonly string Digest = new('a', 64);

    [Fact]
    public void Record_reads_as_written()
    {
        using var publisher = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var record = SamplePackage.Record(publisher, "1.5");
        using var bytes = record.ToUtf8();
        using var again = KeyRecord.Parse(bytes.Span);
        Assert.True(record.Key.Span.SequenceEqual(again.Key.Span));
        Assert.Equal((KeyPurpose.Model, "sample", "1.5", (string?)null), (again.Purpose, again.Model, again.LowestVersion, again.ManifestDigest));
        Assert.True(again.PublisherKey!.Value.Span.SequenceEqual(publisher.ExportSubjectPublicKeyInfo()));
        using var document = JsonDocument.Parse(bytes.Span.ToArray());
        Assert.Equal("trustedserve/key-record/1", document.RootElement.GetProperty("format").GetString());
        Assert.Equal(Key, document.RootElement.GetProperty("key").GetString());
    }

    [Fact]
    public void Rows_record_needs_no_version()
    {
        using var record = KeyRecord.Parse(Encoding.UTF8.GetBytes($$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"rows","model":"m"}"""));
        Assert.Equal(KeyPurpose.Rows, record.Purpose);
        Assert.Null(record.LowestVersion);
    }

    public static TheoryData<string> Wrong =>
    [
        "",
        "null",
        "[]",
        "{}",
        "{",
        $$"""{"format":"trustedserve/key-record/2","key":"{{Key}}","purpose":"rows","model":"m"}""",
        $$"""{"key":"{{Key}}","purpose":"rows","model":"m"}""",
        """{"format":"trustedserve/key-record/1","purpose":"rows","model":"m"}""",
        """{"format":"trustedserve/key-record/1","key":"AAAA","purpose":"rows","model":"m"}""",
        """{"format":"trustedserve/key-record/1","key":"****************************************AAA=","purpose":"rows","model":"m"}""",
        """{"format":"trustedserve/key-record/1","key":null,"purpose":"rows","model":"m"}""",
        """{"format":"trustedserve/key-record/1","key":["x"],"purpose":"rows","model":"m"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","key":"{{Key}}","purpose":"rows","model":"m"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"rows","purpose":"rows","model":"m"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"both","model":"m"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"rows","model":"../m"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"rows","model":"m","more":"x"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"rows","model":"m"} x""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"model","model":"m","lowestVersion":"1"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"model","model":"m","manifestDigest":"{{Digest}}"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"model","model":"m","manifestDigest":"{{Digest}}","lowestVersion":"01"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"model","model":"m","manifestDigest":"A","lowestVersion":"1"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"model","model":"m","publisherKey":"AAAA","lowestVersion":"1"}""",
        $$"""{"format":"trustedserve/key-record/1","key":"{{Key}}","purpose":"rows","model":"\ud800"}""",
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Rejects_record_without_repeating_the_key(string json)
    {
        var failure = Refusals.Expect("TSF3101", () => KeyRecord.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_publisher_of_another_curve()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var record = SamplePackage.Record(other);
        Refusals.Expect("TSF3101", () => record.ToUtf8());
        Assert.False(PublisherKeys.IsValid([.. ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportSubjectPublicKeyInfo(), 0]));
    }

    [Fact]
    public void Damaged_publisher_keys_are_judged_without_a_crash()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var valid = key.ExportSubjectPublicKeyInfo();
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Int[1, 255]).Sample((place, mask) =>
        {
            var changed = valid.ToArray();
            changed[place] ^= (byte)mask;
            Assert.False(PublisherKeys.IsValid(changed));
        }, iter: 5_000);
        Gen.Byte.Array[0, 300].Sample(garbage => Assert.False(PublisherKeys.IsValid(garbage)));
    }

    [Fact]
    public void Garbage_is_refused_with_a_code()
    {
        Gen.Byte.Array[0, 200].Sample(garbage => Refusals.Expect("TSF3101", () => KeyRecord.Parse(garbage)));
        Refusals.Expect("TSF3101", () => KeyRecord.Parse(new byte[20_000]));
        using var record = new KeyRecord { Key = new SecretBuffer(SamplePackage.Bytes(32, 3)), Purpose = KeyPurpose.Model, Model = "m", ManifestDigest = Digest, LowestVersion = "1" };
        using var valid = record.ToUtf8();
        var bytes = valid.Span.ToArray();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Sample((place, value) =>
        {
            var changed = bytes.ToArray();
            changed[place] = value;
            try
            {
                KeyRecord.Parse(changed).Dispose();
            }
            catch (Protocol.Errors.TsfException failure)
            {
                Assert.Equal("TSF3101", failure.Code);
            }
        }, iter: 5_000);
    }
}
