using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Tests.Support;
using TrustedServe.Attestation.Tests.Tdx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests;

public sealed class JweFuzzTests
{
    [Fact]
    public void Any_answer_opens_to_what_was_sealed_or_is_refused()
    {
        using var key = JweVector.Recipient();
        var answer = JsonSerializer.SerializeToUtf8Bytes(JweVector.Answer);
        Fuzzing.Run(
            "JWE",
            5000,
            [answer],
            input =>
            {
                try
                {
                    using var opened = JweReader.Decrypt(FlattenedJwe.Parse(input), key);
                    Assert.Equal(JweVector.Plaintext, Encoding.UTF8.GetString(opened.Span));
                    return true;
                }
                catch (TsfException exception) when (exception.Error == TsfErrors.MalformedJwe)
                {
                    return false;
                }
            },
            bytesPerByte: 24,
            fixedBytes: 262_144);
    }
}
