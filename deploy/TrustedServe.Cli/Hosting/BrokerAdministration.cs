using System.Net.Http.Headers;
using System.Security.Cryptography;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Hosting;

/// <summary>The administration API of Trustee's KBS: <c>POST /kbs/v0/resource/{repository}/{type}/{tag}</c> with the raw bytes.</summary>
internal static class BrokerAdministration
{
    /// <summary>Puts a resource.</summary>
    /// <exception cref="TsfException">TSF3xxx when the broker refuses or cannot be reached.</exception>
    public static async Task PutAsync(Uri broker, KeyId id, SecretBuffer resource, string? token, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(broker, $"kbs/v0/resource/{id.Path}"));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        // The content takes nothing but an ordinary array.
        var bytes = resource.Span.ToArray();
        try
        {
            request.Content = new ByteArrayContent(bytes);
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw TsfErrors.BrokerUnreachable.With($"The broker at {broker} answered {(int)response.StatusCode} to the resource {id.Path}; 401 means that the administrator's token or role was not accepted.");
            }
        }
        catch (HttpRequestException exception)
        {
            throw TsfErrors.BrokerUnreachable.With($"The broker at {broker} cannot be reached: {exception.Message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
