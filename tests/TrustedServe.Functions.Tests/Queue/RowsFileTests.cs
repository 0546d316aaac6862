using System.Text;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Rows;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Queue;

public sealed class RowsFileTests : IDisposable
{
    private static readonly KeyId Id = KeyId.Parse("kbs:///default/rows-key/m");

    private readonly TemporaryDirectory directory = new();
    private readonly KeyRecord key = Key(KeyPurpose.Rows);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_000)]
    public async Task File_SealedAndOpened_IsTheSame(int length)
    {
        var rows = Encoding.ASCII.GetBytes(new string('r', length));
        await File.WriteAllBytesAsync(directory["rows"], rows);

        await RowsFile.SealFileAsync(directory["rows"], directory["sealed"], RowsRole.Input, "inn/rows.jsonl", Id, key, CancellationToken.None);
        var header = await RowsFile.OpenFileAsync(directory["sealed"], directory["opened"], key, CancellationToken.None);

        Assert.Equal(rows, await File.ReadAllBytesAsync(directory["opened"]));
        Assert.Equal((RowsRole.Input, "inn/rows.jsonl", Id.ToString()), (header.Role, header.Blob, header.KeyId));
        Assert.Equal(header, await RowsFile.ReadHeaderAsync(directory["sealed"], CancellationToken.None));
        Assert.True(RowsFile.IsSealed((await File.ReadAllBytesAsync(directory["sealed"])).AsSpan(0, RowsFile.MagicBytes)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["opened"]));
        }

        Assert.Equal(["opened", "rows", "sealed"], Names());
    }

    [Fact]
    public async Task Open_CutFile_LeavesNothingBehind()
    {
        await File.WriteAllBytesAsync(directory["rows"], new byte[2_500_000]);
        await RowsFile.SealFileAsync(directory["rows"], directory["sealed"], RowsRole.Input, "inn/rows.jsonl", Id, key, CancellationToken.None);
        await using (var file = File.OpenWrite(directory["sealed"]))
        {
            file.SetLength(file.Length - 1);
        }

        var refused = await Assert.ThrowsAsync<TsfException>(() => RowsFile.OpenFileAsync(directory["sealed"], directory["opened"], key, CancellationToken.None));

        Assert.Equal("TSF1020", refused.Code);
        Assert.Equal(["rows", "sealed"], Names());
    }

    [Fact]
    public async Task Destination_Exists_IsLeftAlone()
    {
        await File.WriteAllTextAsync(directory["rows"], "1\n");
        await File.WriteAllTextAsync(directory["sealed"], "mine");

        var refused = await Assert.ThrowsAsync<TsfException>(() =>
            RowsFile.SealFileAsync(directory["rows"], directory["sealed"], RowsRole.Input, "inn/rows.jsonl", Id, key, CancellationToken.None));

        Assert.Equal(TsfErrors.FileUnreadable, refused.Error);
        Assert.Equal("mine", await File.ReadAllTextAsync(directory["sealed"]));
        Assert.Equal(["rows", "sealed"], Names());
    }

    [Fact]
    public async Task Key_OfPackage_IsRefused()
    {
        using var other = Key(KeyPurpose.Model);

        var refused = await Assert.ThrowsAsync<TsfException>(() => RowsFile.SealFileAsync(directory["rows"], directory["sealed"], RowsRole.Input, "inn/a", Id, other, CancellationToken.None));

        Assert.Equal(TsfErrors.RowsMismatch, refused.Error);
    }

    public void Dispose()
    {
        key.Dispose();
        directory.Dispose();
    }

    private string[] Names() => [.. Directory.GetFiles(directory.Path).Select(path => Path.GetFileName(path)).Order()];

    private static KeyRecord Key(KeyPurpose purpose) => new() { Key = SecretBuffer.Random(32), Purpose = purpose, Model = "m" };
}
