using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Tdx.Reports;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;
using Errors = TrustedServe.Attestation.Tests.Tdx.Reports.TsmModel.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.Reports;

public sealed class ConfigfsTsmTests
{
    private static readonly byte[] Asked = RandomNumberGenerator.GetBytes(64);

    public static TheoryData<int, int, string> CreateErrors => new()
    {
        { Errors.NoEntry, 1, "TSF3310" },
        { Errors.NoSuchDevice, 1, "TSF3310" },
        { Errors.NotPermitted, 1, "TSF3311" },
        { Errors.Denied, 1, "TSF3311" },
        { Errors.ReadOnly, 1, "TSF3311" },
        { Errors.NoSpace, 1, "TSF3319" },
        { Errors.Exists, 5, "TSF3313" },
        { 71, 1, "TSF3320" },
    };

    public static TheoryData<int, int, string> ReportErrors => new()
    {
        { Errors.Busy, 5, "TSF3313" },
        { Errors.Again, 5, "TSF3313" },
        { Errors.Interrupted, 5, "TSF3313" },
        { Errors.NoEntry, 5, "TSF3313" },
        { Errors.Invalid, 1, "TSF3314" },
        { Errors.Failed, 1, "TSF3315" },
        { Errors.NoSuchDevice, 1, "TSF3315" },
        { Errors.TimedOut, 1, "TSF3316" },
        { Errors.NotATerminal, 1, "TSF3310" },
        { Errors.Denied, 1, "TSF3311" },
        { Errors.TooBig, 1, "TSF3318" },
        { Errors.NoSpace, 1, "TSF3319" },
    };

    [Fact]
    public async Task Quote_IsBoundToTheReportData_AndTheEntryIsGone()
    {
        using var configfs = FuseConfigfs.Mount();
        using var tsm = Open(configfs);

        var quote = await tsm.GetQuoteAsync(Asked, CancellationToken.None);

        Assert.Equal(SyntheticQuote.Version4(Asked), quote);
        Assert.Equal([64], configfs.Model.Writes);
        Assert.Equal(1, configfs.Model.Created);
        Assert.Empty(configfs.Model.Names);
    }

    [Fact]
    public async Task ShortReportData_AreFilledUpWithZeros()
    {
        using var configfs = FuseConfigfs.Mount();
        using var tsm = Open(configfs);
        byte[] padded = [.. Asked.AsSpan(0, 48), .. new byte[16]];
        Assert.Equal(SyntheticQuote.Version4(padded), await tsm.GetQuoteAsync(Asked.AsMemory(0, 48), CancellationToken.None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public async Task Rejects_ReportDataOfAnotherLength(int length)
    {
        using var directory = new TemporaryDirectory();
        using var tsm = new ConfigfsTsm(new ConfigfsTsmOptions { Root = directory.Path }, TimeProvider.System);
        Assert.Equal("TSF3314", (await Assert.ThrowsAsync<TsfException>(() => tsm.GetQuoteAsync(new byte[length], CancellationToken.None))).Code);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Quote_OfVersion5_IsRead(ushort type)
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.Report = input => SyntheticQuote.Version5(input, type);
        using var tsm = Open(configfs);
        Assert.Equal(SyntheticQuote.Version5(Asked, type), await tsm.GetQuoteAsync(Asked, CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(CreateErrors))]
    public async Task Creation_Failing_IsNamed(int errno, int attempts, string code)
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.CreateError = _ => errno;
        await Refuses(configfs, code);
        Assert.Equal(attempts, configfs.Model.Created);
    }

    [Theory]
    [MemberData(nameof(ReportErrors))]
    public async Task Quote_Failing_IsNamed(int errno, int attempts, string code)
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.ReportError = _ => errno;
        await Refuses(configfs, code);
        Assert.Equal(attempts, configfs.Model.Created);
        Assert.Empty(configfs.Model.Names);
    }

    [Theory]
    [InlineData("inblob", Errors.Denied, "TSF3311")]
    [InlineData("inblob", Errors.Busy, "TSF3313")]
    [InlineData("outblob", Errors.Failed, "TSF3315")]
    [InlineData("provider", Errors.NotPermitted, "TSF3311")]
    [InlineData("generation", Errors.Interrupted, "TSF3313")]
    public async Task Attribute_ThatCannotBeOpened_IsNamed(string attribute, int errno, string code)
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.OpenError = name => name == attribute ? errno : 0;
        await Refuses(configfs, code);
        Assert.Empty(configfs.Model.Names);
    }

    [Fact]
    public async Task Busy_ForAWhile_IsWaitedOut()
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.CreateError = call => call == 1 ? Errors.Exists : 0;
        configfs.Model.ReportError = call => call switch { 1 => Errors.Busy, 2 => Errors.Again, 3 => Errors.Interrupted, _ => 0 };
        using var tsm = Open(configfs);
        Assert.Equal(SyntheticQuote.Version4(Asked), await tsm.GetQuoteAsync(Asked, CancellationToken.None));
        Assert.Equal(5, configfs.Model.Created);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Intruder_WritingTheEntry_CostsAnotherAttempt(bool before)
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.IntrudeBefore = entry => before && entry <= 2;
        configfs.Model.IntrudeAfter = entry => !before && entry <= 2;
        using var tsm = Open(configfs);
        Assert.Equal(SyntheticQuote.Version4(Asked), await tsm.GetQuoteAsync(Asked, CancellationToken.None));
        Assert.Equal(3, configfs.Model.Created);
        Assert.Empty(configfs.Model.Names);
    }

    [Fact]
    public async Task Intruder_WhoDoesNotStop_EndsInARefusal()
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.IntrudeAfter = _ => true;
        Assert.Contains("generation is 2", (await Refuses(configfs, "TSF3313")).Message, StringComparison.Ordinal);
        Assert.Equal(5, configfs.Model.Created);
    }

    [Theory]
    [InlineData("sev_guest\n")]
    [InlineData("arm_cca_guest\n")]
    [InlineData("tdx_guest2\n")]
    [InlineData("\n")]
    public async Task Provider_OfAnotherTechnology_IsRefusedBeforeAnythingIsWritten(string provider)
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.Provider = provider;
        await Refuses(configfs, "TSF3312");
        Assert.Empty(configfs.Model.Writes);
        Assert.Equal(1, configfs.Model.Created);
        Assert.Empty(configfs.Model.Names);
    }

    [Fact]
    public async Task Quote_AboutOtherReportData_IsRefused()
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.Report = input => SyntheticQuote.Version4([.. input.Reverse()]);
        await Refuses(configfs, "TSF3317");
    }

    [Fact]
    public async Task Output_ThatIsNoTdxQuote_IsRefused()
    {
        var input = new byte[64];
        var sgx = SyntheticQuote.Version4(input);
        sgx[0] = 3;
        sgx[4] = 0;
        var body = SyntheticQuote.Version5(input, 2);
        body[50] = 0;
        byte[][] wrong = [[], new byte[20], sgx, body, SyntheticQuote.Version5(input, 1), SyntheticQuote.Version4(input)[..600], new byte[70_000]];
        foreach (var output in wrong)
        {
            using var configfs = FuseConfigfs.Mount();
            configfs.Model.Report = _ => output;
            await Refuses(configfs, "TSF3318");
        }
    }

    [Fact]
    public async Task Root_ThatDoesNotExist_IsNamed()
    {
        using var directory = new TemporaryDirectory();
        using var tsm = new ConfigfsTsm(new ConfigfsTsmOptions { Root = directory["none"] }, TimeProvider.System);
        Assert.Equal("TSF3310", (await Assert.ThrowsAsync<TsfException>(() => tsm.GetQuoteAsync(Asked, CancellationToken.None))).Code);
    }

    [Fact]
    public async Task Host_ThatNeverAnswers_CostsTheCallerItsTimeAndOneThread()
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.Host.Reset();
        var time = new FakeTimeProvider();
        var options = new ConfigfsTsmOptions { Root = configfs.Root };
        using var tsm = new ConfigfsTsm(options, time);

        var first = tsm.GetQuoteAsync(Asked, CancellationToken.None);
        configfs.Model.Asked.Wait();
        time.Advance(options.Timeout);
        Assert.Equal("TSF3316", (await Assert.ThrowsAsync<TsfException>(() => first)).Code);

        var second = tsm.GetQuoteAsync(Asked, CancellationToken.None);
        time.Advance(options.Timeout);
        Assert.Equal("TSF3316", (await Assert.ThrowsAsync<TsfException>(() => second)).Code);
        Assert.Equal(1, configfs.Model.Created);

        configfs.Model.Host.Set();
        Assert.Equal(SyntheticQuote.Version4(Asked), await tsm.GetQuoteAsync(Asked, CancellationToken.None));
        Assert.Empty(configfs.Model.Names);
    }

    [Fact]
    public async Task Caller_WhoLeaves_IsLetGoAtOnce()
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.Host.Reset();
        using var tsm = Open(configfs);
        using var leaving = new CancellationTokenSource();
        var quote = tsm.GetQuoteAsync(Asked, leaving.Token);
        configfs.Model.Asked.Wait();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quote);
    }

    [Fact]
    public async Task ManyCallers_GetTheirOwnQuote_OneEntryAtATime()
    {
        using var configfs = FuseConfigfs.Mount();
        using var tsm = Open(configfs);
        var asked = Enumerable.Range(0, 40).Select(_ => RandomNumberGenerator.GetBytes(64)).ToList();
        var quotes = await Task.WhenAll(asked.Select(data => tsm.GetQuoteAsync(data, CancellationToken.None)));
        Assert.Equal(asked.Select(data => SyntheticQuote.Version4(data)), quotes);
        Assert.Equal(1, configfs.Model.MostEntries);
    }

    [Fact]
    public async Task ManyObjects_OfOneRoot_AskForOneQuoteAtATime()
    {
        using var configfs = FuseConfigfs.Mount();
        var asked = Enumerable.Range(0, 40).Select(_ => RandomNumberGenerator.GetBytes(64)).ToList();
        var quotes = await Task.WhenAll(asked.Select(async data =>
        {
            using var tsm = Open(configfs);
            return await tsm.GetQuoteAsync(data, CancellationToken.None);
        }));
        Assert.Equal(asked.Select(data => SyntheticQuote.Version4(data)), quotes);
        Assert.Equal(1, configfs.Model.MostEntries);
    }

    [Fact]
    public void Leftovers_OfEndedProcesses_AreSwept_AndNothingElse()
    {
        using var configfs = FuseConfigfs.Mount();
        using var ended = Process.Start("true");
        ended.WaitForExit();
        string[] kept = ["other", "trustedserve-x-1-00", "trustedserve-1", EntryNames.Create()];
        string[] swept = [$"trustedserve-{ended.Id}-5-00112233", $"trustedserve-{Environment.ProcessId}-5-00112233"];
        foreach (var name in kept.Concat(swept))
        {
            Directory.CreateDirectory(Path.Combine(configfs.Root, name));
        }

        using var tsm = Open(configfs);

        Assert.Equal(2, tsm.Swept);
        Assert.Equal(kept.Order(), configfs.Model.Names.Order());
    }

    [Fact]
    public async Task SweepAndDisturbance_AreLogged_WithoutReportData()
    {
        using var configfs = FuseConfigfs.Mount();
        Directory.CreateDirectory(Path.Combine(configfs.Root, $"trustedserve-{Environment.ProcessId}-5-00112233"));
        configfs.Model.ReportError = call => call == 1 ? Errors.Busy : 0;
        var log = new LoggedEvents();
        using var tsm = new ConfigfsTsm(new ConfigfsTsmOptions { Root = configfs.Root, FirstWait = TimeSpan.FromMilliseconds(1) }, TimeProvider.System, log);
        await tsm.GetQuoteAsync(Asked, CancellationToken.None);

        Assert.Equal([3303, 3304], log.Events.Select(entry => entry.Id));
        Assert.All(log.Events, entry => Assert.DoesNotContain(Convert.ToHexStringLower(Asked)[..16], entry.Text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Rejects_OptionsOutOfRange_AllAtOnce()
    {
        var options = new ConfigfsTsmOptions { Root = "relative", Timeout = TimeSpan.Zero, Attempts = 0, FirstWait = TimeSpan.FromMinutes(1) };
        var refusal = Assert.Throws<TsfException>(() => new ConfigfsTsm(options, TimeProvider.System));
        Assert.Equal("TSF0002", refusal.Code);
        Assert.All(["Root", "Timeout", "Attempts", "FirstWait"], name => Assert.Contains(name + " is", refusal.Message, StringComparison.Ordinal));
    }

    internal static ConfigfsTsm Open(FuseConfigfs configfs) =>
        new(new ConfigfsTsmOptions { Root = configfs.Root, Attempts = 5, FirstWait = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);

    private static async Task<TsfException> Refuses(FuseConfigfs configfs, string code)
    {
        using var tsm = Open(configfs);
        var refusal = await Assert.ThrowsAsync<TsfException>(() => tsm.GetQuoteAsync(Asked, CancellationToken.None));
        Assert.Equal(code, refusal.Code);
        return refusal;
    }
}
