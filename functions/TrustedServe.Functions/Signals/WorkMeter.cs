using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>Measures what rows and messages cost this instance.</summary>
/// <remarks>
/// 1. The instance's time is divided, moment by moment, equally among the jobs in hand; a job that waits for its model has no part in it.
///    So the parts add up to the time that passed, however many jobs and models there were, and what they come to for a row is what the
///    instance as a whole needs for one.
/// 2. A job's part goes to its model's rows while it scores, and to its model's messages while it opens and closes.
/// 3. Older work weighs less (<see cref="WorkSums"/>).
/// 4. What was kept of earlier work counts as work before the first, and is forgotten like it. For a model version that was worked on here
///    that is what was known before, once: what is kept later has one's own work in it.
/// </remarks>
internal sealed class WorkMeter(TimeProvider time) : IJobObserver
{
    private readonly Lock gate = new();
    private readonly Dictionary<ModelKey, Account> accounts = [];
    private IReadOnlyDictionary<ModelKey, WorkSums>? kept;
    private long since;
    private int sharing;

    /// <inheritdoc/>
    public void Changed(JobProgress job, JobPhase before)
    {
        if (before == JobPhase.Waiting && job.Phase == JobPhase.Ended)
        {
            return; // It never found its model, which may be any name.
        }

        lock (gate)
        {
            Advance();
            var account = Of(job);
            Count(account, before, -1);
            Count(account, job.Phase, 1);
            if (job.Phase == JobPhase.Ended)
            {
                account.Sums = (account.Sums + new WorkSums { Messages = 1 }).Weighed(1, Math.Exp(-1 / WorkSums.MessageMemory));
                account.AllMessages++;
            }
        }
    }

    /// <inheritdoc/>
    public void Scored(JobProgress job, int rows, long bytes)
    {
        lock (gate)
        {
            Advance();
            Of(job).Sums += new WorkSums { Rows = rows, Bytes = bytes };
        }
    }

    /// <summary>Takes in what was kept of earlier work.</summary>
    public void Adopt(IReadOnlyDictionary<ModelKey, WorkSums> earlier)
    {
        lock (gate)
        {
            kept = earlier;
            foreach (var (key, account) in accounts)
            {
                account.Before ??= earlier.GetValueOrDefault(key);
            }
        }
    }

    /// <summary>What the work of a model version has cost of late, here and earlier.</summary>
    public WorkSums SumsOf(ModelKey key)
    {
        lock (gate)
        {
            Advance();
            return accounts.TryGetValue(key, out var own)
                ? own.Sums + (own.Before ?? default).Weighed(Math.Exp(-own.AllRowSeconds / WorkSums.RowMemory), Math.Exp(-own.AllMessages / WorkSums.MessageMemory))
                : kept?.GetValueOrDefault(key) ?? default;
        }
    }

    /// <summary>The model versions whose work was measured in this process.</summary>
    public IReadOnlyList<ModelKey> Measured()
    {
        lock (gate)
        {
            return [.. accounts.Keys];
        }
    }

    private Account Of(JobProgress job)
    {
        var key = new ModelKey(job.Model, job.Version!);
        if (!accounts.TryGetValue(key, out var account))
        {
            accounts.Add(key, account = new Account { Before = kept?.GetValueOrDefault(key) });
        }

        return account;
    }

    private void Count(Account account, JobPhase phase, int by)
    {
        switch (phase)
        {
            case JobPhase.Opening or JobPhase.Closing:
                account.BesideRows += by;
                sharing += by;
                break;
            case JobPhase.Scoring:
                account.Scoring += by;
                sharing += by;
                break;
        }
    }

    // 1 to 3, for the time since it was last called.
    private void Advance()
    {
        var now = time.GetTimestamp();
        if (sharing > 0)
        {
            var share = time.GetElapsedTime(since, now).TotalSeconds / sharing;
            foreach (var account in accounts.Values)
            {
                if (account.Scoring > 0)
                {
                    var seconds = share * account.Scoring;
                    account.Sums = account.Sums.Weighed(Math.Exp(-seconds / WorkSums.RowMemory), 1) + new WorkSums { RowSeconds = seconds };
                    account.AllRowSeconds += seconds;
                }

                account.Sums += new WorkSums { MessageSeconds = share * account.BesideRows };
            }
        }

        since = now;
    }

    private sealed class Account
    {
        public WorkSums Sums { get; set; }

        // Null until it is known what was kept.
        public WorkSums? Before { get; set; }

        public double AllRowSeconds { get; set; }

        public double AllMessages { get; set; }

        public int Scoring { get; set; }

        public int BesideRows { get; set; }
    }
}
