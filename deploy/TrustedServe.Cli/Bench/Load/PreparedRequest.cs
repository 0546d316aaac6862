using System.Text;

namespace TrustedServe.Cli.Bench.Load;

/// <summary>A request as the bytes that go over the wire: the generator shares its cores with the server, so nothing is composed while it runs.</summary>
/// <param name="Bytes">Head and body.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Tokens">Tokens in it; 0 when that is not known.</param>
internal sealed record PreparedRequest(ReadOnlyMemory<byte> Bytes, int Rows, int Tokens)
{
    /// <summary>Composes <c>POST</c> of a JSON body.</summary>
    public static PreparedRequest Post(Uri address, string path, string? apiKey, string json, int rows, int tokens)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var head = $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n"
            + (apiKey is null ? "" : $"Authorization: Bearer {apiKey}\r\n") + "\r\n";
        return new PreparedRequest((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], rows, tokens);
    }
}
