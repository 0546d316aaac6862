using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Collects the reasons for which a description is not rendered, each with its own code.</summary>
internal sealed class RenderRefusals
{
    private readonly List<(ErrorCode Error, string Message)> all = [];

    /// <summary>Adds one when it holds.</summary>
    public void AddIf(bool refused, ErrorCode error, string message)
    {
        if (refused)
        {
            all.Add((error, message));
        }
    }

    /// <summary>Refuses.</summary>
    /// <exception cref="TsfException">The one reason with its code, or TSF7002 with all of them.</exception>
    public void ThrowIfAny()
    {
        if (all.Count == 1)
        {
            throw all[0].Error.With(all[0].Message);
        }

        if (all.Count > 1)
        {
            throw TsfErrors.RenderRefused.With($"{all.Count} reasons:{string.Concat(all.Select(one => $"\n  {one.Error.Code} {one.Message}"))}");
        }
    }
}
