using System.Text;
using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>Reads the manifests that a command line names: files, folders, standard input; a description is rendered first.</summary>
internal static partial class ManifestInput
{
    /// <summary>What a verb says of the argument.</summary>
    public const string Description = "A description (trustedserve.yaml), or manifests: YAML or JSON files, folders of them, - for standard input.";

    /// <summary>What stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Most files of one folder.</summary>
    private const int MaxFiles = 1_000;

    // In UTF-8 a character has up to four bytes; the reader counts characters.
    private const int MaxBytes = 4 * ManifestReader.MaxLength;

    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads all, in the order that they are named in, folders by name.</summary>
    /// <exception cref="TsfException">TSF7020 for what cannot be read, TSF7021 when there is no object in it.</exception>
    public static async Task<IReadOnlyList<ManifestDocument>> ReadAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var documents = new List<ManifestDocument>();
        foreach (var name in names.SelectMany(Files))
        {
            await using Stream stream = name == StandardInput ? Console.OpenStandardInput() : File.OpenRead(name);
            documents.AddRange(Read(await TextAsync(stream, name, cancellationToken), name));
            if (documents.Count > ManifestReader.MaxDocuments)
            {
                throw TsfErrors.ManifestUnreadable.With($"{name}: more than {ManifestReader.MaxDocuments} objects in all.");
            }
        }

        return documents.Count > 0 ? documents : throw TsfErrors.NothingToCheck.With(names.Count == 0 ? "Nothing is named." : $"There is no object in {string.Join(", ", names)}.");
    }

    private static IEnumerable<ManifestDocument> Read(string text, string name) => IsDescription(text)
        ? DeploymentRenderer.Render(DescriptionReader.Read(Encoding.UTF8.GetBytes(text), name)).Manifests.Select(ManifestDocument.Of)
        : ManifestReader.Read(text, name);

    private static bool IsDescription(string text) => FormatVersion().IsMatch(text) && !Kind().IsMatch(text);

    [GeneratedRegex("^formatVersion *:", RegexOptions.Multiline)]
    private static partial Regex FormatVersion();

    [GeneratedRegex("^kind *:", RegexOptions.Multiline)]
    private static partial Regex Kind();

    private static IEnumerable<string> Files(string name)
    {
        if (!Directory.Exists(name))
        {
            return [name];
        }

        if (File.Exists(Path.Combine(name, "Chart.yaml")))
        {
            throw TsfErrors.ManifestUnreadable.With($"{name} is a chart: its templates are no manifests yet; pipe them in: helm template {name} | trustedserve deploy check -");
        }

        var files = Directory.EnumerateFiles(name, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden, MaxRecursionDepth = 16 })
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Take(MaxFiles + 1)
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count <= MaxFiles ? files : throw TsfErrors.ManifestUnreadable.With($"{name} has more than {MaxFiles} manifests; name the folders that are meant.");
    }

    private static async Task<string> TextAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (var read = await stream.ReadAsync(buffer, cancellationToken); read > 0; read = await stream.ReadAsync(buffer, cancellationToken))
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes)
            {
                throw TsfErrors.ManifestUnreadable.With($"{name}: more than {MaxBytes} bytes.");
            }
        }

        try
        {
            return StrictUtf8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (DecoderFallbackException)
        {
            throw TsfErrors.ManifestUnreadable.With($"{name} is not UTF-8.");
        }
    }
}
