using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Tdx.Reports;
using TrustedServe.Attestation.Tests.Tdx.EventLogs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.Reports;

public sealed class TdxEvidenceSourceTests
{
    private static readonly byte[] Asked = [.. Enumerable.Repeat((byte)7, 48)];
    private static readonly byte[] Padded = [.. Asked, .. new byte[16]];

    [Fact]
    public async Task Evidence_HasQuoteAndTrimmedLog()
    {
        using var configfs = FuseConfigfs.Mount();
        using var directory = new TemporaryDirectory();
        using var tsm = ConfigfsTsmTests.Open(configfs);
        var log = new SyntheticLog().Add(1, 4, [0, 0, 0, 0]).ToArray();
        byte[] marker = [.. Enumerable.Repeat((byte)0xff, 8)];
        File.WriteAllBytes(directory["CCEL"], [.. log, .. Enumerable.Repeat((byte)0xff, 65_536)]);

        var source = new TdxEvidenceSource(tsm, directory["CCEL"]);
        var report = await source.GetEvidenceAsync(Asked, CancellationToken.None);

        Assert.Equal(("tdx", "tdx"), (source.Tee, source.TrustKind));
        Assert.Equal(["quote", "cc_eventlog"], report.Primary.EnumerateObject().Select(member => member.Name));
        Assert.Equal(SyntheticQuote.Version4(Padded), report.Primary.GetProperty("quote").GetBytesFromBase64());
        Assert.Equal([.. log, .. marker], report.Primary.GetProperty("cc_eventlog").GetBytesFromBase64());
        Assert.Equal(string.Concat(Enumerable.Repeat("ab", 48)), report.Measurement);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Guest_WithoutALog_SendsNone(bool path)
    {
        using var configfs = FuseConfigfs.Mount();
        using var directory = new TemporaryDirectory();
        using var tsm = ConfigfsTsmTests.Open(configfs);
        var report = await new TdxEvidenceSource(tsm, path ? directory["none", "CCEL"] : null).GetEvidenceAsync(Asked, CancellationToken.None);
        Assert.Equal(JsonValueKind.Null, report.Primary.GetProperty("cc_eventlog").ValueKind);
    }

    [Fact]
    public async Task Log_ThatIsNone_IsNotSent()
    {
        using var configfs = FuseConfigfs.Mount();
        using var directory = new TemporaryDirectory();
        using var tsm = ConfigfsTsmTests.Open(configfs);
        File.WriteAllBytes(directory["CCEL"], Encoding.ASCII.GetBytes("not a log"));
        Directory.CreateDirectory(directory["folder"]);
        foreach (var path in (string[])[directory["CCEL"], directory["folder"]])
        {
            var refusal = await Assert.ThrowsAsync<TsfException>(() => new TdxEvidenceSource(tsm, path).GetEvidenceAsync(Asked, CancellationToken.None));
            Assert.Equal("TSF3303", refusal.Code);
        }
    }

    [Fact]
    public async Task Quote_OfARealGuest_IsTakenForItsOwnReportData()
    {
        var path = Path.Combine(Repository.Shared ?? "", "data", "tdx", "quotes");
        Assert.SkipUnless(Directory.Exists(path), "the folder of third-party data is not beside the clone");
        foreach (var (file, offset) in ((string, int)[])[("v4_initdata_00a06d.dat", 568), ("v5_tdx15_90c06f.dat", 574)])
        {
            var quote = File.ReadAllBytes(Path.Combine(path, file));
            using var configfs = FuseConfigfs.Mount();
            configfs.Model.Report = _ => quote;
            using var tsm = ConfigfsTsmTests.Open(configfs);
            Assert.Equal(quote, await tsm.GetQuoteAsync(quote.AsMemory(offset, 64), CancellationToken.None));
            Assert.Equal("TSF3317", (await Assert.ThrowsAsync<TsfException>(() => tsm.GetQuoteAsync(Asked, CancellationToken.None))).Code);
        }
    }
}
