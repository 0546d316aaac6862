using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>Measures what rows and messages cost this instance.</summary>
/// <remarks>
/// 1. The instance's time is divided, moment by moment, equally among the jobs in hand; a job that waits for its model has no part in it.
///    So the parts add up to the time that passed, however many jobs and models there were, and what they come to for a row is what the
///    instance as a whole needs for one.
/// 2. A job's part goes to its model's rows while it scores, and to its model's messages while it opens and closes.
/// 3. Until its first batch is answered a job does not fill the instance. Of that time its rows bear what rows cost otherwise, its
///    message the rest: many small jobs cost more than one large one with as many rows.
/// 4. A process does the first of everything slowly: code is compiled, keys are fetched, memory grows. So what a model version's first
///    batch of rows and its first message take counts only until there is a second. An instance that lives for one message has nothing
///    else to go by, and its like pay the same again.
/// 5. Older work weighs less (<see cref="WorkSums"/>).
/// 6. What was kept of earlier work counts as work before the first, and is forgotten like it. For a model version that was worked on here
///    that is what was known before, once: what is kept later has one's own work in it.
/// </remarks>
internal sealed class WorkMeter(TimeProvider time) : IJobObserver
{
    private readonly Lock gate = new();
    private readonly Dictionary<ModelKey, Account> accounts = [];
    private readonly Dictionary<JobProgress, Part> parts = [];
    private IReadOnlyDictionary<ModelKey, WorkSums>? kept;
    private long since;

    /// <inheritdoc/>
    public void Changed(JobProgress job, JobPhase before)
    {
        if (job.Phase == JobPhase.Waiting || (before == JobPhase.Waiting && job.Phase == JobPhase.Ended))
        {
            return; // It never found its model, which may be any name.
        }

        lock (gate)
        {
            Advance();
            if (!parts.TryGetValue(job, out var part))
            {
                parts.Add(job, part = new Part(AccountOf(job)));
            }

            part.EndStart(rows: 0);
            part.Phase = job.Phase;
            if (job.Phase == JobPhase.Ended)
            {
                part.Account.EndMessage();
                parts.Remove(job);
            }
        }
    }

    /// <inheritdoc/>
    public void Scored(JobProgress job, int rows, long bytes)
    {
        lock (gate)
        {
            Advance();
            var part = parts[job];
            part.EndStart(rows);
            part.IsStarting = false;
            part.Account.AddRows(0, rows, bytes);
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
            return accounts.TryGetValue(key, out var own) ? own.Known : kept?.GetValueOrDefault(key) ?? default;
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

    private Account AccountOf(JobProgress job)
    {
        var key = new ModelKey(job.Model, job.Version!);
        if (!accounts.TryGetValue(key, out var account))
        {
            accounts.Add(key, account = new Account { Before = kept?.GetValueOrDefault(key) });
        }

        return account;
    }

    // 1, for the time since it was last called.
    private void Advance()
    {
        var now = time.GetTimestamp();
        if (parts.Count > 0)
        {
            var share = time.GetElapsedTime(since, now).TotalSeconds / parts.Count;
            foreach (var part in parts.Values)
            {
                part.Add(share);
            }
        }

        since = now;
    }

    // Of one job in hand.
    private sealed class Part(Account account)
    {
        private double startSeconds;

        public Account Account => account;

        public JobPhase Phase { get; set; }

        public bool IsStarting { get; set; } = true;

        public void Add(double seconds)
        {
            if (Phase != JobPhase.Scoring)
            {
                account.AddMessageSeconds(seconds); // 2
            }
            else if (IsStarting)
            {
                startSeconds += seconds;
            }
            else
            {
                account.AddRows(seconds, 0, 0);
            }
        }

        // 3
        public void EndStart(int rows)
        {
            var ofRows = account.HasRows ? Math.Min(startSeconds, rows * account.Known.SecondsPerRow!.Value) : rows > 0 ? startSeconds : 0;
            account.AddRows(ofRows, 0, 0);
            account.AddMessageSeconds(startSeconds - ofRows);
            startSeconds = 0;
        }
    }

    private sealed class Account
    {
        private WorkSums sums;
        private WorkSums first; // 4
        private double allRowSeconds;
        private double allMessages;

        // Null until it is known what was kept.
        public WorkSums? Before { get; set; }

        public bool HasRows => first.Rows > 0;

        public WorkSums Known => sums
            + first.Weighed(sums.Rows > 0 ? 0 : 1, sums.Messages > 0 ? 0 : 1)
            + (Before ?? default).Weighed(Math.Exp(-allRowSeconds / WorkSums.RowMemory), Math.Exp(-allMessages / WorkSums.MessageMemory)); // 6

        public void AddRows(double seconds, int rows, long bytes)
        {
            var work = new WorkSums { RowSeconds = seconds, Rows = rows, Bytes = bytes };
            (first, sums) = HasRows ? (first, sums.Weighed(Math.Exp(-seconds / WorkSums.RowMemory), 1) + work) : (first + work, sums); // 5
            allRowSeconds += seconds;
        }

        public void AddMessageSeconds(double seconds)
        {
            var work = new WorkSums { MessageSeconds = seconds };
            (first, sums) = allMessages > 0 ? (first, sums + work) : (first + work, sums);
        }

        public void EndMessage()
        {
            var one = new WorkSums { Messages = 1 };
            (first, sums) = allMessages > 0 ? (first, (sums + one).Weighed(1, Math.Exp(-1 / WorkSums.MessageMemory))) : (first + one, sums);
            allMessages++;
        }
    }
}
