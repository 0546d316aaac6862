using System.Runtime.InteropServices;
using System.Text.Json;
using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>
/// A document of Intel's provisioning service: one object and a signature over exactly the bytes of that object as they were
/// served. The object that is read is the one whose bytes were verified.
/// </summary>
internal sealed class SignedDocument : IDisposable
{
    /// <summary>TCB info has 2,400 to 15,000 bytes, QE identity 600.</summary>
    public const int MaxLength = 1024 * 1024;

    private readonly JsonDocument document;
    private readonly byte[] signature;

    private SignedDocument(JsonDocument document, JsonElement content, byte[] signature) => (this.document, Content, this.signature) = (document, content, signature);

    /// <summary>The signed object.</summary>
    public JsonElement Content { get; }

    /// <summary>Reads the two members and nothing else.</summary>
    public static SignedDocument Parse(ReadOnlyMemory<byte> json, string member)
    {
        if (json.Length > MaxLength)
        {
            throw CollateralJson.Refuse(member, $"at most {MaxLength} bytes expected, {json.Length} seen");
        }

        return CollateralJson.Read(member, () =>
        {
            var document = JsonDocument.Parse(json, CollateralJson.Options);
            try
            {
                var content = CollateralJson.Object(document.RootElement, member);
                var signature = CollateralJson.Hex(document.RootElement, "signature", 64);
                return document.RootElement.GetPropertyCount() == 2
                    ? new SignedDocument(document, content, signature)
                    : throw CollateralJson.Refuse(member, "only the document and its signature expected, other members seen");
            }
            catch
            {
                document.Dispose();
                throw;
            }
        });
    }

    /// <summary>True when the key signed the object's bytes.</summary>
    public bool IsSignedBy(SgxCertificate signer) => signer.Key.VerifyFixed(JsonMarshal.GetRawUtf8Value(Content), signature);

    /// <inheritdoc/>
    public void Dispose() => document.Dispose();
}
