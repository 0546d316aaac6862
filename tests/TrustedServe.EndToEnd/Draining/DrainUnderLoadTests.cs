using System.Diagnostics;
using System.Globalization;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>
/// Front ends are ended at random moments while callers on bare sockets and jobs of a queue keep them busy, one after another on the
/// same queue: what one hands back, a later one finishes. A message may be tried once, so a single try that a drain counted would
/// send it to the poison queue. The number of drains is 3, or what <c>TRUSTEDSERVE_DRAINS</c> says.
/// </summary>
public sealed class DrainUnderLoadTests(AzuriteFixture fixture, ITestOutputHelper output) : IClassFixture<AzuriteFixture>
{
    private const int Callers = 4;
    private const int Unfinished = 4;

    // Rows of a job: from a fraction of a second to longer than what the grace leaves.
    private const int ShortestJob = 20;
    private const int LongestJob = 1_300;

    // Rows of the first job: more than any of the instances but the last can finish, so that each must hand it back.
    private const int EndlessJob = 2_400;

    /// <summary>Milliseconds of load before the signal.</summary>
    private const int LongestLoad = 1_500;

    private static int Drains => int.Parse(Environment.GetEnvironmentVariable("TRUSTEDSERVE_DRAINS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Drains_at_random_moments_answer_every_caller_and_lose_double_and_count_nothing()
    {
        await using var run = await RunAsync(Drains, ["--TrustedServe:Drain:GraceSeconds=12", "--TrustedServe:Drain:DelaySeconds=2"], async (instance, _) =>
        {
            instance.Signal("TERM");
            Assert.Equal(0, await instance.ExitAsync());
        });

        // Whoever's connection the instance had taken was answered, and before the grace was over nobody was cut off.
        Assert.Empty(run.Tally.Unanswered);
        Assert.Equal(0, run.Tally.CutOff);
        Assert.NotEqual(0, run.Tally.Refused);
        Assert.NotEqual(0, run.HandedBack);
    }

    [Fact]
    public async Task Second_signal_hurries_and_loses_nothing_either()
    {
        await using var run = await RunAsync(Math.Max(1, Drains / 5), ["--TrustedServe:Drain:GraceSeconds=600", "--TrustedServe:Drain:DelaySeconds=200"], async (instance, random) =>
        {
            instance.Signal("TERM");
            await instance.WaitForAsync(2401);
            await Task.Delay(random.Next(500));
            instance.Signal("TERM");
            Assert.Equal(0, await instance.ExitAsync()); // and long before its grace is over
            Assert.Equal(1, instance.Count(2402));
        });
        Assert.NotEqual(0, run.HandedBack);
    }

    [Fact]
    public async Task Grace_of_zero_hands_back_at_once_and_loses_nothing_either()
    {
        await using var run = await RunAsync(Math.Max(1, Drains / 5), ["--TrustedServe:Drain:GraceSeconds=0"], async (instance, _) =>
        {
            instance.Signal("TERM");
            Assert.Equal(0, await instance.ExitAsync());
        });
        Assert.NotEqual(0, run.HandedBack);
    }

    private async Task<Run> RunAsync(int drains, string[] arguments, Func<FrontEndProcess, Random, Task> end)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var run = new Run(await PacedStack.CreateAsync(await fixture.GetAsync()));
        await run.Stack.SendAsync("endless", EndlessJob);
        for (var drain = 1; drain <= drains; drain++)
        {
            for (var job = run.Sent - run.Finished; job < Unfinished; job++)
            {
                await run.Stack.SendAsync($"job-{++run.Sent}", random.Next(ShortestJob, LongestJob));
            }

            using var instance = run.Stack.Start(arguments);
            var address = await instance.ReadyAsync();
            var tally = new WireTally();
            var callers = Enumerable.Range(0, Callers).Select(number => new WireCaller(address, tally, number, keepsConnection: number % 2 == 0)).ToList();
            var calling = callers.ConvertAll(caller => caller.RunAsync());
            await instance.WaitForAsync(6001);
            await UntilAsync(() => tally.Good > 0, instance);
            await Task.Delay(random.Next(LongestLoad));
            var asked = Stopwatch.GetTimestamp();
            await end(instance, random);
            run.Lengths.Add(Stopwatch.GetElapsedTime(asked).TotalSeconds);
            await Task.WhenAll(calling);
            callers.ForEach(caller => caller.Dispose());
            run.Add(instance, tally);

            // Every request that the instance had taken got its answer to its caller.
            var answered = (await instance.WaitForAsync(2004)).GetProperty("State").GetProperty("Requests").GetInt64();
            Assert.Equal(answered, tally.Answers);
            Assert.Empty(tally.Wrong);
            Assert.NotEqual(0, tally.Good);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"drain {drain}: {run.Lengths[^1]:F2} s, {tally.Good} answered, {tally.Refused} refused, {tally.CutOff} cut off, {tally.Unanswered.Count} unanswered, {instance.Count(6003)} jobs finished, {instance.Count(6009)} handed back"));
        }

        using (var last = run.Stack.Start())
        {
            await run.Stack.CheckAsync();
            last.Signal("INT");
            Assert.Equal(0, await last.ExitAsync());
        }

        run.Lengths.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{drains} drains, seconds from the signal to the end: p50 {run.Percentile(0.5):F2}, p95 {run.Percentile(0.95):F2}, longest {run.Lengths[^1]:F2}"));
        output.WriteLine($"HTTP: {run.Tally.Good} answered, {run.Tally.Refused} refused with TSF5008, {run.Tally.CutOff} cut off with 503, {run.Tally.Unanswered.Count} connections closed before their request was taken");
        output.WriteLine($"queue: {run.Sent + 1} jobs, {run.HandedBack} handed back, none tried twice; every row of every result compared");
        foreach (var unanswered in run.Tally.Unanswered)
        {
            output.WriteLine(unanswered);
        }

        return run;
    }

    private static async Task UntilAsync(Func<bool> condition, FrontEndProcess instance)
    {
        for (var begun = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(5))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromMinutes(2), instance.Output);
        }
    }

    private sealed class Run(PacedStack stack) : IAsyncDisposable
    {
        public PacedStack Stack => stack;

        public List<double> Lengths { get; } = [];

        public int Sent { get; set; }

        public int Finished { get; private set; }

        public int HandedBack { get; private set; }

        public Totals Tally { get; } = new();

        public void Add(FrontEndProcess instance, WireTally tally)
        {
            Finished += instance.Count(6003);
            HandedBack += instance.Count(6009);
            Tally.Add(tally);
        }

        public double Percentile(double part) => Lengths[Math.Min(Lengths.Count - 1, (int)(Lengths.Count * part))];

        public ValueTask DisposeAsync() => stack.DisposeAsync();
    }

    private sealed class Totals
    {
        public int Good { get; private set; }

        public int Refused { get; private set; }

        public int CutOff { get; private set; }

        public List<string> Unanswered { get; } = [];

        public void Add(WireTally tally)
        {
            Good += tally.Good;
            Refused += tally.Refused;
            CutOff += tally.CutOff;
            Unanswered.AddRange(tally.Unanswered);
        }
    }
}
