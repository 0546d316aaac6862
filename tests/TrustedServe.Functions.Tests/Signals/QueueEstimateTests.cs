using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Signals;

namespace TrustedServe.Functions.Tests.Signals;

public sealed class QueueEstimateTests
{
    private static readonly ModelKey M = new("m", "1");
    private static readonly ModelKey N = new("n", "1");

    // A row of m costs 0.1 s and has 10 bytes, a message 2 s; a row of n costs 1 s and has 100 bytes, a message nothing.
    private static Costs CostsOf(ModelKey key) => key == M
        ? new Costs(0.1, Basis.Measured, 2, 10, Basis.Measured)
        : new Costs(1, Basis.Measured, 0, 100, Basis.Measured);

    [Fact]
    public void Messages_that_are_all_shown_are_counted_one_by_one()
    {
        var (models, other) = Of(5, [Stated(M, 30), Stated(M, 12), Stated(N, 7), Waiting(null), Waiting(null)], []);

        Assert.Equal(new QueueFigures(2, 2, 42, 4.2 + 4, true, true), models[M]);
        Assert.Equal(new QueueFigures(1, 1, 7, 7, true, true), models[N]);
        Assert.Equal(2, other);
    }

    [Fact]
    public void Rows_that_no_input_states_are_estimated_by_size_and_said_to_be()
    {
        var (models, _) = Of(3, [Sized(M, 300), Stated(M, 12), Sized(N, 5)], []);

        Assert.Equal(new QueueFigures(2, 2, 42, 4.2 + 4, true, false), models[M]);
        Assert.Equal(1, models[N].Rows); // an input that is not empty has a row
    }

    [Fact]
    public void Input_that_is_missing_or_empty_has_no_rows()
    {
        var (models, _) = Of(2, [new WaitingMessage(M, null), Sized(M, 0)], []);

        Assert.Equal(new QueueFigures(2, 2, 0, 4, true, true), models[M]);
    }

    [Fact]
    public void Jobs_in_hand_here_count_with_what_they_have_left_and_cost_no_message()
    {
        var (models, _) = Of(3, [Stated(M, 30)], [new JobInHand(M, 5, true), new JobInHand(N, 8, false)]);

        Assert.Equal(new QueueFigures(2, 1, 35, 3.5 + 2, true, true), models[M]);
        Assert.Equal(new QueueFigures(1, 0, 8, 8, true, false), models[N]);
    }

    [Fact]
    public void Messages_elsewhere_are_divided_as_those_seen_of_late_with_all_their_rows()
    {
        var reading = new QueueReading(0, [], 8, [], [Stated(M, 10), Stated(M, 20), Stated(M, 30), Stated(N, 4)]);

        var (models, other) = QueueEstimate.Of(reading, [], CostsOf);

        Assert.Equal(new QueueFigures(6, 0, 120, 12 + 12, false, false), models[M]);
        Assert.Equal(new QueueFigures(2, 0, 8, 8, false, false), models[N]);
        Assert.Equal(0, other);
    }

    [Fact]
    public void Messages_elsewhere_of_which_none_was_seen_are_said_to_be_for_no_known_model()
    {
        var (models, other) = Of(4, [], [new JobInHand(M, 5, true)]);

        Assert.Equal(1, models[M].Messages);
        Assert.Equal(3, other);
    }

    [Fact]
    public void Long_queue_is_divided_as_its_first_messages()
    {
        WaitingMessage[] first = [.. Enumerable.Range(0, 24).Select(_ => Stated(M, 10)), .. Enumerable.Range(0, 8).Select(_ => Stated(N, 2))];

        var (models, _) = Of(1001, first, [new JobInHand(M, 3, true)]);

        Assert.Equal(751, models[M].Messages);
        Assert.Equal(750, models[M].WaitingMessages);
        Assert.Equal(7503, models[M].Rows);
        Assert.Equal(750.3 + 1500, models[M].Seconds, 9);
        Assert.Equal((250, 500, 500), (models[N].Messages, models[N].Rows, models[N].Seconds));
        Assert.False(models[M].MessagesAreExact || models[M].RowsAreExact || models[N].MessagesAreExact);
    }

    [Fact]
    public void Count_that_lags_behind_what_is_shown_takes_nothing_away()
    {
        var (models, other) = Of(0, [Stated(M, 30)], [new JobInHand(M, 1, true)]);

        Assert.Equal((2, 31), (models[M].Messages, models[M].Rows));
        Assert.Equal(0, other);
    }

    [Theory]
    [InlineData("12", 100, 12L)]
    [InlineData("0", 100, 0L)]
    [InlineData("52", 100, null)] // more rows than bytes allow
    [InlineData("-1", 100, null)]
    [InlineData(" 12", 100, null)]
    [InlineData("1e3", 100_000, null)]
    [InlineData("99999999999999999999", 100, null)]
    public void Rows_that_an_input_states_are_believed_within_reason(string text, long bytes, long? rows) =>
        Assert.Equal(new InputSize(bytes, rows), InputSize.Of(bytes, new Dictionary<string, string> { [InputSize.RowsKey] = text }));

    [Fact]
    public void Job_in_hand_learns_from_what_it_has_read()
    {
        var job = new JobRegistry([]).Begin(TestJobs.Message(), default);
        var costs = CostsOf(M);
        Assert.Equal((0, false), costs.RowsLeftOf(job));
        job.Resolved("1");
        job.Sized(new InputSize(1000, null));
        Assert.Equal((100, false), costs.RowsLeftOf(job));
        job.Enter(JobPhase.Scoring);
        job.Add(TestJobs.Batch(10, 500)); // rows of 50 bytes, not of 10
        Assert.Equal((10, false), costs.RowsLeftOf(job));
        job.Enter(JobPhase.Closing);
        Assert.Equal((0, true), costs.RowsLeftOf(job));
    }

    [Fact]
    public void Job_in_hand_whose_input_states_its_rows_has_the_rest_of_them_left()
    {
        var job = new JobRegistry([]).Begin(TestJobs.Message(), default);
        job.Resolved("1");
        job.Sized(new InputSize(1000, 40));
        job.Enter(JobPhase.Scoring);
        job.Add(TestJobs.Batch(15, 300));
        Assert.Equal((25, true), CostsOf(M).RowsLeftOf(job));

        job.Add(TestJobs.Batch(45, 300)); // it stated too few
        Assert.Equal((40, false), CostsOf(M).RowsLeftOf(job));
    }

    [Fact]
    public void Costs_come_from_jobs_else_from_the_worker_else_from_the_settings()
    {
        var options = new SignalsOptions();
        var worker = new WorkerFigures(Lanes: 4, 0, SecondsPerRow: 0.2, null, 0);

        Assert.Equal(new Costs(0.5, Basis.Measured, 3, 20, Basis.Measured), Costs.Of(new WorkSums(1, 2, 3, 1, 40), worker, options));
        Assert.Equal(new Costs(0.05, Basis.Worker, 0, 256, Basis.Assumed), Costs.Of(default, worker, options));
        Assert.Equal(new Costs(0.01, Basis.Assumed, 0, 256, Basis.Assumed), Costs.Of(default, worker with { SecondsPerRow = 0 }, options));
        Assert.Equal(new Costs(0.01, Basis.Assumed, 0, 256, Basis.Assumed), Costs.Of(default, null, options));
    }

    private static (IReadOnlyDictionary<ModelKey, QueueFigures> Models, double Other) Of(long messages, WaitingMessage[] first, JobInHand[] own) =>
        QueueEstimate.Of(new QueueReading(0, [], messages, first, [.. first.Where(message => message.Key is not null)]), own, CostsOf);

    private static WaitingMessage Stated(ModelKey key, long rows) => new(key, new InputSize(1_000_000, rows));

    private static WaitingMessage Sized(ModelKey key, long bytes) => new(key, new InputSize(bytes, null));

    private static WaitingMessage Waiting(ModelKey? key) => new(key, null);
}
