using System.Security.Cryptography;
using System.Text.Json;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Functions.Http;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Evidence;

/// <summary>
/// <c>GET /attestation?nonce=…</c>: what the front end can prove of itself, for anybody. It is open to callers without a key by
/// design, because a caller decides by it whether to send its key; what it costs is bounded instead, to one quote at a time and
/// one a second.
/// </summary>
/// <remarks>
/// REPORTDATA begins with SHA-384 of the canonical JSON (RFC 8785) of the answer's <c>runtime-data</c>. That object never has a
/// <c>tee-pubkey</c> and always has <c>proves-connection</c>, which the key broker's has not: evidence that anybody may ask for
/// here can therefore not serve as evidence there.
/// </remarks>
internal sealed class AttestationEndpoint(ServeOptions options, TimeProvider time) : IDisposable
{
    private const double QuotesPerSecond = 1;
    private const int Burst = 5;
    private const string Statement =
        "The evidence is fresh for this nonce and says what runs. It says nothing about the connection over which it came: no key of the connection is bound into it.";

    // Not cached when it fails: configfs may be mounted later.
    private readonly Lazy<IEvidenceSource> source = new(() => Open(options, time), LazyThreadSafetyMode.PublicationOnly);
    private readonly TokenBucket rate = new(QuotesPerSecond, Burst, time);
    private readonly SemaphoreSlim single = new(1);

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/attestation", AnswerAsync);

    /// <inheritdoc/>
    public void Dispose() => single.Dispose();

    private async Task AnswerAsync(HttpContext context)
    {
        var nonce = AttestationNonce.Read(context.Request.Query);
        var evidence = source.Value;
        if (!rate.TryTake(out var seconds))
        {
            throw Busy(seconds);
        }

        // Nobody waits for his turn: who waits holds a connection, and quotes may take long.
        if (!await single.WaitAsync(TimeSpan.Zero, context.RequestAborted))
        {
            throw Busy(1);
        }

        EvidenceReport report;
        var runtimeData = KbsJson.Element(new Dictionary<string, object> { ["nonce"] = nonce, ["proves-connection"] = false, ["statement"] = Statement });
        try
        {
            report = await AskAsync(evidence, SHA384.HashData(CanonicalJson.Serialize(runtimeData)), context);
        }
        finally
        {
            single.Release();
        }

        JsonElement? collateral = options.Attestation.CollateralFile is { } path ? CollateralFile.Read(path) : null;
        context.Response.Headers.CacheControl = "no-store";
        await JsonBody.WriteAsync(context.Response, StatusCodes.Status200OK, (evidence, report, runtimeData, collateral), static (writer, answer) =>
        {
            writer.WriteStartObject();
            writer.WriteString("trust"u8, answer.evidence.TrustKind);
            writer.WriteString("tee"u8, answer.evidence.Tee);
            Write(writer, "evidence"u8, answer.report.Primary);
            Write(writer, "runtime-data"u8, answer.runtimeData);
            if (answer.collateral is { } bundle)
            {
                Write(writer, "collateral"u8, bundle);
            }

            writer.WriteEndObject();
        });
    }

    private async Task<EvidenceReport> AskAsync(IEvidenceSource evidence, byte[] reportData, HttpContext context)
    {
        using var deadline = new CancellationTokenSource(RequestInfo.Of(context).Left, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, RequestInfo.Of(context).Cut, context.RequestAborted);
        try
        {
            return await evidence.GetEvidenceAsync(reportData, ending.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw TsfErrors.DeadlineExceeded.With("The evidence did not come before the request's deadline.");
        }
    }

    // The guest API attests for the pod and gives no evidence of one's own; the kernel's reports serve there too if they are mounted.
    private static IEvidenceSource Open(ServeOptions options, TimeProvider time)
    {
        try
        {
            return EvidenceSources.Create(options.Trust, time);
        }
        catch (TsfException exception) when (exception.Error == TsfErrors.EvidenceUnavailable)
        {
            throw TsfErrors.NoEvidenceHere.With("This front end has no evidence of its own: its kernel offers no attestation reports.", exception);
        }
    }

    private static TsfException Busy(int seconds) =>
        new(TsfErrors.Overloaded, $"Evidence is made once at a time and {QuotesPerSecond:0} a second.") { RetryAfterSeconds = seconds };

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, JsonElement value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }
}
