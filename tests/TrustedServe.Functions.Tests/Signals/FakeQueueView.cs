using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Signals;

namespace TrustedServe.Functions.Tests.Signals;

/// <summary>A queue that shows what a test says, and counts how often it is looked at.</summary>
internal sealed class FakeQueueView : IQueueView
{
    private int looks;
    private int sizes;

    public int Looks => looks;

    public int Sizes => sizes;

    public List<SeenMessage> Messages { get; } = [];

    public string? Kept { get; set; }

    public List<string> Written { get; } = [];

    /// <summary>What a look is answered with instead.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Holds looks up while it is not completed.</summary>
    public TaskCompletionSource Gate { get; set; } = Opened();

    /// <summary>Holds up what is written while it is not completed.</summary>
    public TaskCompletionSource Writing { get; set; } = Opened();

    public Dictionary<string, InputSize> Inputs { get; } = [];

    public async Task<QueueLook> LookAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref looks);
        await Gate.Task.WaitAsync(cancellationToken);
        return Failure is null ? new QueueLook(Messages.Count, [.. Messages.Take(QueueLook.MostSeen)], Kept) : throw Failure;
    }

    public Task<InputSize?> SizeAsync(BlobName input, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref sizes);
        return Task.FromResult(Inputs.GetValueOrDefault(input.Blob));
    }

    public Task<string?> ReadKeptAsync(CancellationToken cancellationToken) => Failure is null ? Task.FromResult(Kept) : throw Failure;

    public async Task KeepAsync(string text, CancellationToken cancellationToken)
    {
        Written.Add(text);
        Kept = text;
        await Writing.Task.WaitAsync(cancellationToken);
    }

    public void Send(string id, string input = "a", string model = "m") => Messages.Add(new SeenMessage(id, TestJobs.Message(model, input: $"rows-in/{input}")));

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
