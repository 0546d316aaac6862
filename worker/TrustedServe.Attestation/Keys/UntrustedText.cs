using System.Text;

namespace TrustedServe.Attestation.Keys;

/// <summary>Text of a peer on its way into a message or log: short, one line, printable ASCII.</summary>
internal static class UntrustedText
{
    /// <summary>Longest text that is passed on.</summary>
    public const int MaxLength = 400;

    /// <summary>Cleans and shortens UTF-8 bytes.</summary>
    public static string Clean(ReadOnlySpan<byte> utf8) => Clean(Encoding.UTF8.GetString(utf8.Length > MaxLength * 4 ? utf8[..(MaxLength * 4)] : utf8));

    /// <summary>Cleans and shortens text.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "(nothing)";
        }

        var cut = text.AsSpan(0, Math.Min(text.Length, MaxLength));
        var result = new StringBuilder(cut.Length + 1);
        foreach (var c in cut)
        {
            result.Append(c is >= ' ' and <= '~' ? c : ' ');
        }

        return text.Length > MaxLength ? result.Append("...").ToString() : result.ToString();
    }
}
