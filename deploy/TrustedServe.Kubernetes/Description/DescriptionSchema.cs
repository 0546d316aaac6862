namespace TrustedServe.Kubernetes.Description;

/// <summary>The JSON schema of <c>trustedserve.yaml</c>.</summary>
public static class DescriptionSchema
{
    /// <summary>The schema, draft 2020-12.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var reader = new StreamReader(typeof(DescriptionSchema).Assembly.GetManifestResourceStream("trustedserve.schema.json")!);
        return reader.ReadToEnd();
    }
}
