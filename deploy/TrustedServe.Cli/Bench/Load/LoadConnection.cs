using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace TrustedServe.Cli.Bench.Load;

/// <summary>One connection with blocking calls, opened again when it broke: for few connections nothing costs less.</summary>
internal sealed class LoadConnection(Uri address, TimeSpan timeout) : IDisposable
{
    /// <summary>What an answer counts as when all is well.</summary>
    public const string Fine = "";

    private Socket? socket;
    private NetworkStream? stream;
    private ResponseReader? reader;

    /// <summary>Sends and reads the answer.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="look">Whether to look into the body of a good answer.</param>
    /// <returns><see cref="Fine"/>, or what went wrong in a few words: always the same few, so that they can be counted.</returns>
    public string Exchange(PreparedRequest request, bool look)
    {
        try
        {
            Open();
            stream!.Write(request.Bytes.Span);
            var response = reader!.Read();
            var outcome = Judge(response, look);
            if (!response.KeepAlive)
            {
                Close();
            }

            return outcome;
        }
        catch (InvalidDataException)
        {
            Close();
            return "not HTTP";
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            Close();
            return (exception as SocketException ?? exception.InnerException as SocketException)?.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "connection refused",
                SocketError.TimedOut or SocketError.WouldBlock => "no answer in time",
                _ => "connection lost",
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private static string Judge(WireResponse response, bool look)
    {
        if (response.Status == 200)
        {
            return !look || IsAnswer(response.Body) ? Fine : "200 without outputs";
        }

        // {"error":…,"code":"TSF4012"}: found, not parsed, since refusals can be most of the answers.
        const int CodeLength = 7;
        var place = response.Body.LastIndexOf("TSF"u8);
        var code = place >= 0 && response.Body.Length >= place + CodeLength && response.Body.Slice(place + 3, 4).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            ? Encoding.ASCII.GetString(response.Body.Slice(place, CodeLength))
            : "";
        return code.Length == 0 ? $"{response.Status}" : $"{response.Status} {code}";
    }

    private static bool IsAnswer(ReadOnlySpan<byte> body)
    {
        try
        {
            var json = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref json);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("outputs", out var outputs)
                && outputs is { ValueKind: JsonValueKind.Array } && outputs.GetArrayLength() > 0
                && outputs.EnumerateArray().All(output => output.ValueKind == JsonValueKind.Object && output.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or a name in it is not Unicode.
            return false;
        }
    }

    private void Open()
    {
        if (socket is not null)
        {
            return;
        }

        socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)timeout.TotalMilliseconds,
            SendTimeout = (int)timeout.TotalMilliseconds,
        };
        socket.Connect(address.IdnHost, address.Port);
        stream = new NetworkStream(socket, ownsSocket: false);
        reader = new ResponseReader(stream);
    }

    private void Close()
    {
        stream?.Dispose();
        socket?.Dispose();
        (stream, socket, reader) = (null, null, null);
    }
}
