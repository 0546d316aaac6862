using System.Net;
using System.Net.Http.Headers;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Keys;

/// <summary>An answer, read to its end.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">Headers.</param>
/// <param name="Body">Body, zeroed on disposal.</param>
internal sealed record KeyHttpAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, SecretBuffer Body) : IDisposable
{
    public void Dispose() => Body.Dispose();

    /// <summary>The only value of a header, cleaned, or null.</summary>
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 } value ? UntrustedText.Clean(value) : null;
}
