using CsCheck;
using TrustedServe.Packaging.Rows;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Tests;

public sealed class SealedRowsTests
{
    private static readonly RowsHeader Header = new() { FormatVersion = 1, KeyId = "kbs:///default/rows/jobs", Role = RowsRole.Input, Blob = "in/rows.jsonl" };

    public static TheoryData<int> Sizes()
    {
        var data = new TheoryData<int>(0, 1, 1000);
        foreach (var segment in new[] { 1, 2, 3 })
        {
            var offset = (int)SegmentLayout.PlaintextOffset(segment);
            data.AddRange(offset - 1, offset, offset + 1);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Rows_read_back_as_written(int size)
    {
        var plaintext = SamplePackage.Bytes(size, 5);
        foreach (var piece in new[] { 4099, 1 << 20, 5 << 20 })
        {
            using var sealedRows = new MemoryStream(await SealAsync(plaintext, piece));
            Assert.Equal(12 + BitConverter.ToInt32(sealedRows.ToArray(), 8) + SegmentLayout.StreamSize(size), sealedRows.Length);
            Assert.Equal(plaintext, await ReadAsync(sealedRows));
        }
    }

    [Fact]
    public async Task Header_is_read_as_written()
    {
        using var sealedRows = new MemoryStream(await SealAsync([1], 1));
        Assert.Equal(Header, (await SealedRows.ReadHeaderAsync(sealedRows, default)).Header);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Cut_rows_are_refused_and_only_verified_bytes_are_handed_on(int size)
    {
        var plaintext = SamplePackage.Bytes(size, 6);
        var whole = await SealAsync(plaintext, 1 << 20);
        var start = (int)(whole.Length - SegmentLayout.StreamSize(size));
        var cuts = Enumerable.Range(0, Math.Min(whole.Length, 300))
            .Concat(Enumerable.Range(0, 4).SelectMany(segment => Enumerable.Range(-1, 3).Select(around => start + (segment << 20) + around)))
            .Append(whole.Length - 1)
            .Where(cut => cut >= 0 && cut < whole.Length).Distinct();
        foreach (var cut in cuts)
        {
            await RefusedAsync(whole[..cut], plaintext);
        }
    }

    [Fact]
    public async Task Every_flipped_byte_of_small_rows_is_refused()
    {
        var plaintext = SamplePackage.Bytes(70, 7);
        var whole = await SealAsync(plaintext, 70);
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = whole.ToArray();
            changed[i] ^= 0x20;
            await RefusedAsync(changed, plaintext);
        }
    }

    [Fact]
    public async Task Appended_swapped_and_repeated_segments_are_refused()
    {
        var plaintext = SamplePackage.Bytes((3 * SegmentLayout.OtherPlaintext) + 10, 8);
        var whole = await SealAsync(plaintext, 1 << 20);
        var start = (int)(whole.Length - SegmentLayout.StreamSize(plaintext.Length));
        var one = whole[(start + (1 << 20))..(start + (2 << 20))];
        var two = whole[(start + (2 << 20))..(start + (3 << 20))];
        await RefusedAsync([.. whole, 0], plaintext);
        await RefusedAsync([.. whole, .. two], plaintext);
        await RefusedAsync([.. whole[..(start + (1 << 20))], .. two, .. one, .. whole[(start + (3 << 20))..]], plaintext);
        await RefusedAsync([.. whole[..(start + (2 << 20))], .. one, .. two, .. whole[(start + (3 << 20))..]], plaintext);
    }

    [Fact]
    public async Task Interrupted_writer_leaves_rows_that_read_as_cut()
    {
        using var destination = new MemoryStream();
        using var key = Key();
        await using (var writer = await SealedRows.CreateAsync(destination, Header, key, default))
        {
            await writer.WriteAsync(new byte[3 << 20], default);
        }

        await RefusedAsync(destination.ToArray(), new byte[3 << 20]);
    }

    [Fact]
    public async Task Rows_for_another_role_or_blob_do_not_decrypt()
    {
        var whole = await SealAsync([1, 2, 3], 3);
        var asOutput = System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.Latin1.GetString(whole).Replace("\"input\"", "\"output\""));
        asOutput[8]++;
        await RefusedAsync(asOutput, [1, 2, 3]);
    }

    [Theory]
    [InlineData("""{"formatVersion":2,"keyId":"kbs:///a/b/c","role":"input","blob":"in/x"}""")]
    [InlineData("""{"formatVersion":1,"keyId":"http://a/b/c","role":"input","blob":"in/x"}""")]
    [InlineData("""{"formatVersion":1,"keyId":"kbs:///a/b/c","role":"both","blob":"in/x"}""")]
    [InlineData("""{"formatVersion":1,"keyId":"kbs:///a/b/c","role":"input","blob":""}""")]
    [InlineData("""{"formatVersion":1,"keyId":"kbs:///a/b/c","role":"input","blob":"in/x","more":1}""")]
    [InlineData("""{"formatVersion":1,"keyId":"kbs:///a/b/c","role":"input"}""")]
    [InlineData("null")]
    [InlineData("[")]
    public async Task Rejects_header(string json)
    {
        byte[] bytes = [.. "TSROWS01"u8, .. BitConverter.GetBytes(json.Length), .. System.Text.Encoding.UTF8.GetBytes(json)];
        await Refusals.ExpectAsync("TSF1019", () => SealedRows.ReadHeaderAsync(new MemoryStream(bytes), default));
    }

    [Fact]
    public void Garbage_is_refused_with_a_code() => Gen.Byte.Array[0, 200].Sample(garbage =>
    {
        byte[] bytes = garbage.Length % 2 == 0 ? garbage : [.. "TSROWS01"u8, .. garbage];
        Refusals.ExpectAsync("TSF1019", () => SealedRows.ReadHeaderAsync(new MemoryStream(bytes), default)).GetAwaiter().GetResult();
    });

    private static SecretBuffer Key() => new(SamplePackage.Bytes(32, 9));

    private static async Task<byte[]> SealAsync(byte[] plaintext, int piece)
    {
        using var destination = new MemoryStream();
        using var key = Key();
        await using var writer = await SealedRows.CreateAsync(destination, Header, key, default);
        for (var at = 0; at < plaintext.Length; at += piece)
        {
            await writer.WriteAsync(plaintext.AsMemory(at, Math.Min(piece, plaintext.Length - at)), default);
        }

        await writer.CompleteAsync(default);
        return destination.ToArray();
    }

    private static async Task<byte[]> ReadAsync(Stream sealedRows, MemoryStream? seen = null)
    {
        seen ??= new MemoryStream();
        var (_, associatedData) = await SealedRows.ReadHeaderAsync(sealedRows, default);
        using var key = Key();
        using var rows = SealedRows.OpenRead(new TricklingStream(sealedRows), associatedData, key);
        key.Dispose();
        await rows.CopyToAsync(seen);
        return seen.ToArray();
    }

    private static async Task RefusedAsync(byte[] changed, byte[] plaintext)
    {
        using var seen = new MemoryStream();
        var failure = await Assert.ThrowsAsync<Protocol.Errors.TsfException>(() => ReadAsync(new MemoryStream(changed), seen));
        Assert.Contains(failure.Code, (string[])["TSF1019", "TSF1020"]);
        Assert.True(plaintext.AsSpan().StartsWith(seen.ToArray()), "only verified plaintext may be handed on");
    }
}
