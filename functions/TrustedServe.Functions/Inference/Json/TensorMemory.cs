using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>What the tensors of one request may take, all of them together.</summary>
/// <param name="limit">The most raw bytes.</param>
/// <param name="reserve">Asked for memory before it is allocated; throws when there is none. Null where nobody keeps count.</param>
internal sealed class TensorMemory(long limit, Action<int>? reserve)
{
    private long left = Math.Min(limit, Array.MaxLength);

    /// <summary>Counts raw bytes of an input.</summary>
    /// <exception cref="TsfException">TSF4007 over the limit.</exception>
    public void Count(string name, long bytes)
    {
        if (bytes > left)
        {
            throw TsfErrors.BodyTooLarge.With($"With input '{name}', the tensors of the request take more than {limit} bytes.");
        }

        left -= bytes;
    }

    /// <summary>Asks for memory.</summary>
    /// <exception cref="TsfException">TSF4012 when it is short.</exception>
    public void Reserve(int bytes) => reserve?.Invoke(bytes);
}
