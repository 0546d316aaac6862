using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Holding;

/// <summary>The requests that wait for one model version to answer, in the order in which they came.</summary>
/// <remarks>
/// 1. Once the model answers they go on, the oldest first, as many at once as its lanes can use; the next goes when one is done. All at
///    once would fill the worker's own line and have it refuse those that come after.
/// 2. When the model will not answer, all are refused at once.
/// </remarks>
/// <param name="look">What the version can do at this moment: neither while it starts.</param>
/// <param name="width">How many may be with a model at once.</param>
internal sealed class HeldLine(Func<(ServedModel? Served, TsfException? Refusal)> look, Func<ServedModel, int> width)
{
    private readonly Lock gate = new();
    private readonly LinkedList<TaskCompletionSource<ServedModel>> waiting = [];
    private int passing;

    /// <summary>Takes the last place.</summary>
    public LinkedListNode<TaskCompletionSource<ServedModel>> Join()
    {
        LinkedListNode<TaskCompletionSource<ServedModel>> place;
        lock (gate)
        {
            place = waiting.AddLast(new TaskCompletionSource<ServedModel>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        Look();
        return place;
    }

    /// <summary>Gives a place back, once, however its waiting ended.</summary>
    public void Leave(LinkedListNode<TaskCompletionSource<ServedModel>> place)
    {
        lock (gate)
        {
            if (place.List is not null)
            {
                waiting.Remove(place);
            }
            else if (place.Value.Task.IsCompletedSuccessfully)
            {
                passing--;
            }
        }

        Look();
    }

    /// <summary>Looks whether anybody may go on.</summary>
    public void Look()
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                return;
            }

            var (served, refusal) = look();
            while (waiting.First is { } first)
            {
                if (served is not null && passing < width(served)) // 1
                {
                    waiting.Remove(first);
                    passing++;
                    first.Value.SetResult(served);
                }
                else if (refusal is not null) // 2
                {
                    waiting.Remove(first);
                    first.Value.SetException(refusal);
                }
                else
                {
                    return;
                }
            }
        }
    }
}
