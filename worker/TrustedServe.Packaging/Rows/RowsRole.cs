namespace TrustedServe.Packaging.Rows;

/// <summary>On which side of a batch job a rows blob stands; bound into its ciphertext, so that one cannot pass for the other.</summary>
public enum RowsRole
{
    /// <summary>Rows to be scored.</summary>
    Input,

    /// <summary>Scored rows.</summary>
    Output,
}
