using TrustedServe.Attestation.Kbs;
using TrustedServe.KeyBroker.Resources;

namespace TrustedServe.KeyBroker.Hosting;

/// <summary>Tells a parent where the broker listens, as one line of JSON.</summary>
internal static class BrokerAnnouncement
{
    /// <summary>Writes the line to a file, whole or not at all, or prints it.</summary>
    public static void Say(Uri address, string? file)
    {
        var line = KbsJson.Write(new Dictionary<string, string> { ["listening"] = address.GetLeftPart(UriPartial.Authority) });
        if (file is null)
        {
            Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(line));
            return;
        }

        try
        {
            DurableFile.Write(Path.GetFullPath(file), [.. line, (byte)'\n']);
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, file);
        }
    }
}
