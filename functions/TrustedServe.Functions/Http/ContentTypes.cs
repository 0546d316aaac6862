using Microsoft.Net.Http.Headers;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Http;

/// <summary>What a body claims to be.</summary>
internal static class ContentTypes
{
    /// <summary>JSON.</summary>
    public const string Json = "application/json";

    /// <summary>Text.</summary>
    public const string Text = "text/plain";

    /// <summary>The media type without parameters, lower case; null when the request states none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="accepted">The types that the operation takes.</param>
    /// <exception cref="TsfException">TSF4008 for another type, another charset than UTF-8, or a compressed body.</exception>
    public static string? Of(HttpRequest request, params ReadOnlySpan<string> accepted)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw TsfErrors.WrongContentType.With("Compressed bodies are not taken.");
        }

        // The common case, without parsing.
        var stated = request.ContentType;
        if (stated is null || (stated == Json && accepted.Contains(Json)))
        {
            return stated;
        }

        if (MediaTypeHeaderValue.TryParse(stated, out var type)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var candidate in accepted)
            {
                if (type.MediaType.Equals(candidate, StringComparison.OrdinalIgnoreCase))
                {
                    return candidate;
                }
            }
        }

        throw TsfErrors.WrongContentType.With($"The content type is not one of {string.Join(", ", accepted.ToArray())} in UTF-8.");
    }
}
