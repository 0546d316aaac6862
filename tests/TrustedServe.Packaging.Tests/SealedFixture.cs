using System.Security.Cryptography;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

/// <summary>One signed sealed package, from which tests make damaged ones.</summary>
internal sealed class SealedFixture : IDisposable
{
    private readonly TemporaryDirectory temporary = new();
    private int number;

    private SealedFixture(int graphSize)
    {
        Package = SamplePackage.Create(temporary["package"], graphSize, 3);
        Record = SamplePackage.Record(Publisher);
    }

    public ECDsa Publisher { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public Package Package { get; }

    public KeyRecord Record { get; }

    public byte[] Whole { get; private set; } = [];

    public int EnvelopeLength => BitConverter.ToInt32(Whole, 8);

    /// <summary>Where the stream header begins.</summary>
    public int StreamOffset => 12 + EnvelopeLength + 97;

    public static async Task<SealedFixture> CreateAsync(int graphSize)
    {
        var fixture = new SealedFixture(graphSize);
        await SamplePackage.SealAsync(fixture.Package.Location, fixture.temporary["whole"], fixture.Record, fixture.Publisher);
        fixture.Whole = File.ReadAllBytes(fixture.temporary["whole"]);
        return fixture;
    }

    /// <summary>Opens the bytes from a file and from a read-ahead source; both must refuse and leave nothing.</summary>
    public async Task<TsfException> RefusedAsync(byte[] bytes, KeyRecord? record = null)
    {
        var file = temporary[$"{++number}"];
        File.WriteAllBytes(file, bytes);
        var target = temporary[$"{number}-out"];
        var failure = await Assert.ThrowsAsync<TsfException>(() => SamplePackage.UnsealAsync(file, target, record ?? Record));
        Assert.False(Path.Exists(target), "nothing may stay");
        Assert.Matches("^TSF1", failure.Code);
        File.Delete(file);

        var other = await Assert.ThrowsAsync<TsfException>(() => SamplePackage.UnsealAsync(new SlowSource(bytes), target, record ?? Record));
        Assert.False(Path.Exists(target), "nothing may stay");
        Assert.Equal(failure.Code, other.Code);
        return failure;
    }

    /// <summary>Encrypts another archive under the same key and envelope, as somebody who holds the key could.</summary>
    public byte[] Forge(byte[] archive, Envelope? envelope = null)
    {
        var head = PackageHead.Create((envelope ?? PackageHead.Parse(Whole.AsSpan(0, StreamOffset), "whole").Envelope) with
        {
            PlaintextSize = archive.Length,
            CiphertextSize = SegmentLayout.StreamSize(archive.Length),
        });
        var signature = SignatureBlock.Sign(head.AssociatedData, Publisher);
        var header = new byte[SegmentLayout.HeaderSize];
        using var key = StreamKey.Create(Record.Key, header, head.AssociatedData);
        using var cipher = key.CreateCipher();
        using var output = new MemoryStream();
        output.Write(head.AssociatedData);
        output.Write(signature.Bytes.Span);
        output.Write(header);
        var count = SegmentLayout.SegmentCount(archive.Length);
        for (long segment = 0; segment < count; segment++)
        {
            var plaintext = archive.AsSpan((int)SegmentLayout.PlaintextOffset(segment), SegmentLayout.PlaintextLength(segment, archive.Length));
            var bytes = new byte[plaintext.Length + SegmentLayout.TagSize];
            cipher.Encrypt(segment, segment == count - 1, plaintext, bytes);
            output.Write(bytes);
        }

        return output.ToArray();
    }

    /// <summary>The archive form of a manifest and contents.</summary>
    public static byte[] Archive(byte[] manifest, params byte[][] contents) => [.. ArchiveLayout.WritePrefix(manifest.Length), .. manifest, .. contents.SelectMany(content => content)];

    public void Dispose()
    {
        Record.Dispose();
        Publisher.Dispose();
        temporary.Dispose();
    }
}
