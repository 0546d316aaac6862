using TrustedServe.Protocol.Placement;

namespace TrustedServe.Worker.Starting;

/// <summary>Asks on which nodes a model's weights lie.</summary>
internal static class WeightsPlacement
{
    /// <summary>The pages of the model's largest file; null when it cannot be mapped: that is worth no failed start.</summary>
    public static PageNodes? Of(UnsealedModel model)
    {
        if (model.Manifest.Files.MaxBy(file => file.Size) is not { } largest)
        {
            return null;
        }

        try
        {
            return PageNodes.OfFile(Path.Combine(model.Directory, largest.Path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
