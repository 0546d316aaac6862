namespace TrustedServe.Packaging.Rows;

/// <summary>The clear part of sealed rows; bound to the ciphertext as its associated data.</summary>
public sealed record RowsHeader
{
    /// <summary>Version of the format: 1.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Which key opens it, <c>kbs:///repository/type/tag</c>.</summary>
    public required string KeyId { get; init; }

    /// <summary>Input or output.</summary>
    public required RowsRole Role { get; init; }

    /// <summary>The <c>container/blob</c> that the rows were sealed for; a reader refuses them anywhere else.</summary>
    public required string Blob { get; init; }
}
