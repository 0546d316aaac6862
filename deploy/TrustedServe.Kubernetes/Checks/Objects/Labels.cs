namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>What a label selector selects.</summary>
internal static class Labels
{
    /// <summary>Whether a selector of matchLabels and matchExpressions selects these labels. One that is empty selects all, one that is missing none.</summary>
    public static bool Selects(ManifestNode selector, IReadOnlyDictionary<string, string> labels) =>
        selector.IsObject
        && selector["matchLabels"].Texts().All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value)
        && selector["matchExpressions"].Items.All(expression => Holds(expression, labels));

    private static bool Holds(ManifestNode expression, IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(expression["key"].Text ?? "", out var value);
        return expression["operator"].Text switch
        {
            "In" => present && expression["values"].Items.Any(item => item.Text == value),
            "NotIn" => !present || expression["values"].Items.All(item => item.Text != value),
            "Exists" => present,
            "DoesNotExist" => !present,
            _ => false,
        };
    }
}
