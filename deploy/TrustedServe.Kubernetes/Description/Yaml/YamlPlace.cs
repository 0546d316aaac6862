namespace TrustedServe.Kubernetes.Description.Yaml;

/// <summary>A place in a document, counted from 1.</summary>
internal readonly record struct YamlPlace(long Line, long Column);
