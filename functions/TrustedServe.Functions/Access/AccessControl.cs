using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Access;

/// <summary>Who may do what. Decided before a body is read or a model looked up, so that a refusal says nothing of either.</summary>
internal sealed class AccessControl(TimeProvider time)
{
    private const string Scheme = "Bearer ";

    private volatile ApiKeyRing? ring;

    /// <summary>Whether callers must show a key.</summary>
    public bool IsRequired => ring is not null;

    /// <summary>Puts keys in force from the next request on.</summary>
    public void Use(ApiKeyRing keys) => ring = keys;

    /// <summary>Refuses a caller who may not do this.</summary>
    /// <param name="request">The request; its <c>Authorization</c> header counts.</param>
    /// <param name="model">The model, which need not exist: the answer is the same; null for what concerns none.</param>
    /// <param name="action">What is to be done.</param>
    /// <returns>Who the caller is; null where no key is asked for.</returns>
    /// <exception cref="TsfException">TSF4009 when the caller is not known, TSF4010 when he is and may not.</exception>
    public ApiKeyEntry? Authorize(HttpRequest request, string? model, ApiAction action)
    {
        if (ring is not { } keys)
        {
            return null;
        }

        var header = request.Headers.Authorization is [{ } single] ? single : string.Empty;
        var token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header.AsSpan(Scheme.Length).Trim() : default;
        var entry = keys.Find(token, time.GetUtcNow()) ?? throw TsfErrors.Unauthenticated.With("A valid API key is needed: Authorization: Bearer tsk_….");
        if (!entry.Actions.Contains(action) || (model is not null && !entry.Models.Contains("*") && !entry.Models.Contains(model)))
        {
            throw TsfErrors.Forbidden.With("This key may not do this with this model, or there is no such model.");
        }

        return entry;
    }
}
