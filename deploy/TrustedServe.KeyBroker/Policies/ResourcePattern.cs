using System.Text.RegularExpressions;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Policies;

/// <summary>Which resources a rule covers: <c>repository/type/tag</c>, where <c>*</c> stands for one whole segment.</summary>
public sealed partial record ResourcePattern
{
    private readonly string[] segments;

    private ResourcePattern(string[] segments) => this.segments = segments;

    /// <summary>Whether it covers a resource.</summary>
    public bool Matches(KeyId id) => Matches(0, id.Repository) && Matches(1, id.Type) && Matches(2, id.Tag);

    /// <inheritdoc/>
    public override string ToString() => string.Join('/', segments);

    /// <summary>Reads a pattern; null when it is not one.</summary>
    internal static ResourcePattern? TryParse(string text) => Form().IsMatch(text) ? new ResourcePattern(text.Split('/')) : null;

    private bool Matches(int index, string segment) => segments[index] == "*" || segments[index] == segment;

    [GeneratedRegex(@"\A(?:\*|[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})(?:/(?:\*|[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})){2}\z")]
    private static partial Regex Form();
}
