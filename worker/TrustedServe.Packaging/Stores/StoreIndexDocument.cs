using System.Text.Json;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Packaging.Stores;

/// <summary><c>index.json</c> of a store, as it is written.</summary>
internal sealed record StoreIndexDocument
{
    public const int CurrentFormat = 1;
    public const string FileName = "index.json";
    public const int MaxBytes = 4 << 20;

    public required int FormatVersion { get; init; }

    public required IReadOnlyDictionary<string, ModelVersions> Models { get; init; }

    public static StoreIndexDocument Empty { get; } = new() { FormatVersion = CurrentFormat, Models = new Dictionary<string, ModelVersions>() };

    /// <summary>The versions of one model.</summary>
    /// <param name="Default">The version that is served when none is asked for.</param>
    /// <param name="Versions">All versions.</param>
    internal sealed record ModelVersions(string Default, IReadOnlyDictionary<string, VersionBlob> Versions);

    /// <summary>Where a version lies.</summary>
    /// <param name="Blob">Path inside the store.</param>
    internal sealed record VersionBlob(string Blob);

    public static StoreIndexDocument Parse(ReadOnlySpan<byte> utf8, string location)
    {
        StoreIndexDocument? document;
        try
        {
            if (FormatProbe.ReadVersion(utf8) is { } version && version != CurrentFormat)
            {
                throw TsfErrors.InvalidIndex.With($"{location}: the index has format version {version}; this program reads version {CurrentFormat}.");
            }

            document = JsonSerializer.Deserialize<StoreIndexDocument>(utf8, StrictJson.Compact);
        }
        catch (JsonException failure)
        {
            throw TsfErrors.InvalidIndex.With($"{location}: the index cannot be read: {failure.Message}", failure);
        }

        var problems = document is null ? ["it is null"] : document.Check().Take(20).ToList();
        return problems.Count == 0
            ? document!
            : throw TsfErrors.InvalidIndex.With($"{location}: the index is not valid: {string.Join("; ", problems)}.");
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Indented);

    public StoreIndex ToIndex() => new([.. Models
        .OrderBy(model => model.Key, StringComparer.Ordinal)
        .SelectMany(model => model.Value.Versions
            .OrderBy(version => version.Key, Comparer<string>.Create(ModelVersion.Compare))
            .Select(version => new StoreEntry(model.Key, version.Key, version.Value.Blob, version.Key == model.Value.Default)))]);

    /// <summary>The path of a version that the index lists.</summary>
    public string BlobOf(string model, string version, string location)
    {
        if (!Models.TryGetValue(model, out var versions))
        {
            throw TsfErrors.UnknownModel.With($"The store {location} has no model '{model}'.");
        }

        return versions.Versions.TryGetValue(version, out var blob)
            ? blob.Blob
            : throw TsfErrors.UnknownVersion.With($"The store {location} has no version '{version}' of '{model}'; it has {string.Join(", ", versions.Versions.Keys)}.");
    }

    /// <summary>The version of this model that compares equal to another, or null.</summary>
    public string? FindEqual(string model, string version) =>
        Models.TryGetValue(model, out var versions) ? versions.Versions.Keys.FirstOrDefault(other => ModelVersion.Compare(other, version) == 0) : null;

    /// <summary>The index with one version more (or the same one again).</summary>
    public StoreIndexDocument With(string model, string version, string blob, bool makeDefault)
    {
        var before = Models.GetValueOrDefault(model);
        var versions = new SortedDictionary<string, VersionBlob>(before?.Versions.ToDictionary() ?? [], StringComparer.Ordinal) { [version] = new(blob) };
        var models = new SortedDictionary<string, ModelVersions>(Models.ToDictionary(), StringComparer.Ordinal)
        {
            [model] = new(before is null || makeDefault ? version : before.Default, versions),
        };
        return this with { Models = models };
    }

    private IEnumerable<string> Check()
    {
        foreach (var (name, model) in Models)
        {
            if (!ModelName.IsValid(name) || model is null)
            {
                yield return $"'{name}' is not a model";
                continue;
            }

            foreach (var (version, blob) in model.Versions)
            {
                if (!ModelVersion.IsValid(version))
                {
                    yield return $"'{version}' of '{name}' is not a version";
                }
                else if (model.Versions.Keys.Any(other => other != version && ModelVersion.IsValid(other) && ModelVersion.Compare(other, version) == 0))
                {
                    yield return $"'{name}' has two versions that equal {version}";
                }

                if (!PackagePath.IsValid(blob?.Blob))
                {
                    yield return $"the blob of '{name}' {version} is not a path inside the store";
                }
            }

            if (!model.Versions.ContainsKey(model.Default))
            {
                yield return $"the default of '{name}' is not among its versions";
            }
        }
    }
}
