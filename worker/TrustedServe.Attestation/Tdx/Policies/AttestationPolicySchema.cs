namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>The JSON schema of the policy file.</summary>
public static class AttestationPolicySchema
{
    /// <summary>The schema, draft 2020-12.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var reader = new StreamReader(typeof(AttestationPolicySchema).Assembly.GetManifestResourceStream("attestation-policy.schema.json")!);
        return reader.ReadToEnd();
    }
}
