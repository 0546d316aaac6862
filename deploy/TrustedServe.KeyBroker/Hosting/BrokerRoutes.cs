using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Keys;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Hosting;

/// <summary>The routes of the protocol, with Trustee's statuses and error bodies.</summary>
internal sealed partial class BrokerRoutes(BrokerService broker, ILogger logger)
{
    /// <summary>A request for a challenge has some 100 bytes.</summary>
    private const int MaxAuthBytes = 16 << 10;

    /// <summary>Attestations whose bodies are read or judged at one time: 64 MiB of bodies at most.</summary>
    private const int MaxAttestations = 32;

    private const string Bearer = "Bearer ";
    private const string ResourcePrefix = KbsProtocol.Prefix + "/resource/";

    private readonly SemaphoreSlim attestations = new(MaxAttestations);

    /// <summary>Answers every request; nothing goes past it.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await DispatchAsync(context).ConfigureAwait(false);
        }
        catch (TsfException exception)
        {
            await RefuseAsync(context, exception).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            var refusal = broker.Unread(TsfErrors.MalformedKbsMessage.With($"The body cannot be read: {(exception.StatusCode == 413 ? "it is too large" : "it ends early or is malformed")}."));
            await RefuseAsync(context, refusal, exception.StatusCode).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (exception is ConnectionAbortedException || context.RequestAborted.IsCancellationRequested)
        {
            // The caller left: there is nobody to answer, and no rest of a body that the server could read.
            context.Abort();
        }
        catch (Exception exception)
        {
            LogUnforeseen(logger, context.TraceIdentifier, exception);
            await RefuseAsync(context, TsfErrors.Internal.With($"Something failed; the broker's log has it under {context.TraceIdentifier}.")).ConfigureAwait(false);
        }
    }

    private Task DispatchAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/healthz") => context.Response.WriteAsync("ok", context.RequestAborted),
        ("GET", KbsProtocol.Prefix + "/jwks") => KeysAsync(context),
        ("POST", KbsProtocol.Prefix + "/auth") => AuthAsync(context),
        ("POST", KbsProtocol.Prefix + "/attest") => AttestAsync(context),
        ("GET", { } path) when path.StartsWith(ResourcePrefix, StringComparison.Ordinal) => ResourceAsync(context, path[ResourcePrefix.Length..]),
        _ => throw broker.Unread(TsfErrors.UnknownBrokerRoute.With("There is no such path, or not with this method.")),
    };

    private Task KeysAsync(HttpContext context)
    {
        // Far shorter than the time that a new key is published before it signs.
        context.Response.Headers.CacheControl = "public, max-age=60";
        return JsonAsync(context, new Dictionary<string, object> { ["keys"] = broker.PublishedKeys() });
    }

    private async Task AuthAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxAuthBytes;
        var body = await BodyAsync(context).ConfigureAwait(false);
        var session = broker.Challenge(Read(() => KbsJson.Read<AuthRequest>(body, "request for a challenge")));
        context.Response.Headers.SetCookie = $"{KbsProtocol.SessionCookie}={session.Id}; Path={KbsProtocol.Prefix}; Max-Age={(int)Sessions.SessionStore.Lifetime.TotalSeconds}; HttpOnly; SameSite=Strict";
        await JsonAsync(context, new AuthChallenge { Nonce = session.Nonce, ExtraParams = KbsJson.Element("") }).ConfigureAwait(false);
    }

    private async Task AttestAsync(HttpContext context)
    {
        if (broker.TokenOf(Cookie(context)) is { } earlier)
        {
            await JsonAsync(context, new AttestResponse { Token = earlier }).ConfigureAwait(false);
            return;
        }

        broker.RequireSession(Cookie(context));
        if (!attestations.Wait(0))
        {
            throw broker.Unread(new TsfException(TsfErrors.TooManySessions, $"{MaxAttestations} attestations are under way.") { RetryAfterSeconds = 1 });
        }

        string token;
        try
        {
            var body = await BodyAsync(context).ConfigureAwait(false);
            var request = Read(() => KbsJson.Read<AttestRequest>(body, "attestation"));
            token = await broker.AttestAsync(Cookie(context), request, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            attestations.Release();
        }

        await JsonAsync(context, new AttestResponse { Token = token }).ConfigureAwait(false);
    }

    private async Task ResourceAsync(HttpContext context, string path)
    {
        var authorization = context.Request.Headers.Authorization is [{ } only] ? only : null;
        var bearer = authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) is true ? authorization[Bearer.Length..] : null;
        var (answer, rule) = broker.Release(Read(() => KeyId.Parse($"kbs:///{path}")), Cookie(context), bearer);
        context.Response.Headers[KbsProtocol.RuleHeader] = rule;
        await JsonAsync(context, answer).ConfigureAwait(false);
    }

    private T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (TsfException exception)
        {
            throw broker.Unread(exception);
        }
    }

    private static string? Cookie(HttpContext context) => context.Request.Cookies[KbsProtocol.SessionCookie];

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        // The server's own limit ends a body that is too large, whether it tells its length or not.
        using var buffer = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            // The caller reset its connection. The server says so before or after it cancels what is under way.
            throw new ConnectionAbortedException(exception.Message, exception);
        }

        return buffer.ToArray();
    }

    private static async Task JsonAsync<T>(HttpContext context, T message)
    {
        context.Response.ContentType = "application/json";
        var body = KbsJson.Write(message);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task RefuseAsync(HttpContext context, TsfException exception, int? status = null)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        // Files and paths of the broker are not the caller's business; its log and audit have them.
        var shown = exception.Code.StartsWith("TSF3", StringComparison.Ordinal) && exception.Error != TsfErrors.ResourceDamaged ? exception.Message : exception.Error.Title;
        var refusal = Refusal.Of(exception);
        context.Response.StatusCode = status ?? KbsErrors.StatusOf(exception.Error);
        if (exception.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await JsonAsync(context, new KbsError
        {
            Type = KbsProtocol.ErrorTypePrefix + KbsErrors.NameOf(exception.Error),
            Detail = shown,
            Code = exception.Code,
            Claim = refusal?.Claim,
            Expected = refusal?.Expected,
            Seen = refusal?.Seen,
            Rule = refusal?.Rule,
            Step = refusal?.Step,
        }).ConfigureAwait(false);
    }

    [LoggerMessage(3002, LogLevel.Error, "Request {RequestId} failed")]
    private static partial void LogUnforeseen(ILogger logger, string requestId, Exception exception);
}
