using System.Net.Sockets;

namespace TrustedServe.Protocol.Calls;

/// <summary>Where the two sockets of a connection find each other, whichever is opened first.</summary>
/// <param name="patience">How long one waits for the other.</param>
internal sealed class AnswerSockets(TimeSpan patience)
{
    private readonly Dictionary<long, Socket> offered = [];

    /// <summary>Offers the socket for answers, and waits until it is taken.</summary>
    /// <returns>Whether it was; if not it belongs to whoever offered it.</returns>
    public bool Offer(long number, Socket answers)
    {
        lock (offered)
        {
            if (!offered.TryAdd(number, answers))
            {
                return false;
            }

            Monitor.PulseAll(offered);
            WaitUntil(() => !IsOffered());
            return !IsOffered() || !offered.Remove(number);
        }

        bool IsOffered() => offered.TryGetValue(number, out var there) && there == answers;
    }

    /// <summary>Takes the socket for answers, and waits until it is offered.</summary>
    /// <returns>The socket; null when it does not come.</returns>
    public Socket? Take(long number)
    {
        lock (offered)
        {
            WaitUntil(() => offered.ContainsKey(number));
            if (offered.Remove(number, out var answers))
            {
                Monitor.PulseAll(offered);
            }

            return answers;
        }
    }

    private void WaitUntil(Func<bool> condition)
    {
        var end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (!condition() && end - Environment.TickCount64 is > 0 and var left)
        {
            Monitor.Wait(offered, (int)left);
        }
    }
}
