using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;

namespace TrustedServe.Attestation.Tests.Support;

/// <summary>The good answers of a broker of another make (no codes, no rule header), for scripts to mix with bad ones.</summary>
internal sealed class BrokerDouble
{
    private TeePublicKey? guest;

    /// <summary>The last challenge.</summary>
    public string? Nonce { get; private set; }

    /// <summary>The last attestation.</summary>
    public AttestRequest? Attestation { get; private set; }

    public static byte[] Secret { get; } = [.. Enumerable.Range(1, 40).Select(i => (byte)i)];

    public async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/kbs/v0/auth":
                context.Response.Headers.SetCookie = "kbs-session-id=0123456789abcdef0123456789abcdef; Expires=Fri, 01 Jan 2100 00:00:00 GMT";
                Nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
                await context.Response.WriteAsync($$"""{"nonce":"{{Nonce}}","extra-params":"","newer-member":1}""");
                break;
            case "/kbs/v0/attest":
                using (var body = new MemoryStream())
                {
                    await context.Request.Body.CopyToAsync(body);
                    Attestation = KbsJson.Read<AttestRequest>(body.ToArray(), "attestation");
                    guest = TeePublicKey.Parse(Attestation.RuntimeData.TeePublicKey);
                }

                Assert.Equal("0123456789abcdef0123456789abcdef", context.Request.Cookies["kbs-session-id"]);
                await context.Response.WriteAsync("""{"token":"e30.e30.AAAA"}""");
                break;
            default:
                Assert.Equal("Bearer e30.e30.AAAA", context.Request.Headers.Authorization);
                await context.Response.Body.WriteAsync(KbsJson.Write(JweWriter.Encrypt(guest!, Secret)));
                break;
        }
    }

    public static Task RefuseAsync(HttpContext context, string name, string detail = "detail", string more = "")
    {
        context.Response.StatusCode = 401;
        return context.Response.WriteAsync($$"""{"type":"https://github.com/confidential-containers/kbs/errors/{{name}}","detail":"{{detail}}"{{more}}}""");
    }
}
