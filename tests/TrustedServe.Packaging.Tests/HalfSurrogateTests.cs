using System.Buffers.Binary;
using System.Text;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Rows;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

/// <summary>A name that begins with an escaped half of a surrogate pair passes the parser and cannot be compared: every document with one is refused like any other that is no JSON.</summary>
public sealed class HalfSurrogateTests
{
    private static readonly byte[] Json = Encoding.UTF8.GetBytes("""{"\ud800 a long name that must be unescaped":1,"formatVersion":1}""");

    [Fact]
    public void Rejects_in_a_manifest() => Refusals.Expect("TSF1001", () => Manifest.Parse(Json));

    [Fact]
    public void Rejects_in_an_index() => Refusals.Expect("TSF2003", () => StoreIndexDocument.Parse(Json, "the store"));

    [Fact]
    public void Rejects_in_the_header_of_rows() => Refusals.Expect("TSF1019", () => RowsFormat.Parse(Json));

    [Fact]
    public void Rejects_in_a_key_record()
    {
        var refused = Refusals.Expect("TSF3101", () => KeyRecord.Parse(Json));
        Assert.Null(refused.InnerException);
        Refusals.Expect("TSF3101", () => KeyRecord.Parse(Encoding.UTF8.GetBytes("""{"format":"trustedserve/key-record/1","\ud800 a long name that must be unescaped":"x"}""")));
    }

    [Fact]
    public async Task Rejects_in_an_envelope()
    {
        using var temporary = new TemporaryDirectory();
        var head = new byte[12 + Json.Length + 97 + 100];
        "TSEALED1"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), Json.Length);
        Json.CopyTo(head, 12);
        File.WriteAllBytes(temporary["a.tsealed"], head);
        await using var source = new FileBlobSource(temporary["a.tsealed"]);
        await Refusals.ExpectAsync("TSF1003", () => SealedPackage.OpenAsync(source, default));
    }
}
