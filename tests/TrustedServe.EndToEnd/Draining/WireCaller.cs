using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>
/// A caller on a bare socket: unlike an HTTP client's, its requests are sent once, and a connection that ends without an answer is
/// seen. Told that the instance is ending, it goes elsewhere.
/// </summary>
internal sealed class WireCaller(Uri address, WireTally tally, int number, bool keepsConnection) : IDisposable
{
    private const int LongestPause = 20;

    private readonly Random random = new(number);
    private Socket? socket;
    private int sent;

    /// <summary>Calls until the instance is gone, or says that it will be.</summary>
    public async Task RunAsync()
    {
        while (await CallAsync())
        {
            await Task.Delay(random.Next(LongestPause));
        }
    }

    public void Dispose() => socket?.Dispose();

    private async Task<bool> CallAsync()
    {
        if (socket is not null && socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0)
        {
            Close(); // it was closed between two requests, as HTTP allows
        }

        if (socket is null && !await ConnectAsync())
        {
            return false;
        }

        var value = ++sent;
        var body = $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[{{value}},{{number}}]}]}""";
        var request = $"POST /v2/models/{PacedStack.Model}/infer HTTP/1.1\r\nHost: test.invalid\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        string answer;
        try
        {
            await socket!.SendAsync(Encoding.ASCII.GetBytes(request));
            answer = await ReadAsync();
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException)
        {
            tally.Unanswered.Enqueue($"caller {number} request {value} {(keepsConnection ? "kept" : "new")}: {exception.Message}");
            Close();
            return true;
        }

        if (!keepsConnection || answer.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal))
        {
            Close();
        }

        return Judge(answer, value);
    }

    private bool Judge(string answer, int value)
    {
        if (answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && answer.Contains($"\"data\":[{value},{number}]", StringComparison.Ordinal))
        {
            tally.CountGood();
            return true;
        }

        if (!answer.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal) || !answer.Contains("\r\nRetry-After: ", StringComparison.Ordinal))
        {
            tally.Wrong.Enqueue(answer);
            return true;
        }

        if (answer.Contains("TSF5008", StringComparison.Ordinal))
        {
            tally.CountRefused();
            return false;
        }

        tally.CountCutOff();
        return true;
    }

    private async Task<bool> ConnectAsync()
    {
        var connecting = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await connecting.ConnectAsync(address.Host, address.Port);
            socket = connecting;
            return true;
        }
        catch (SocketException)
        {
            connecting.Dispose();
            return false;
        }
    }

    private async Task<string> ReadAsync()
    {
        var buffer = new byte[16 << 10];
        for (var length = 0; ;)
        {
            var read = await socket!.ReceiveAsync(buffer.AsMemory(length));
            if (read == 0)
            {
                throw new EndOfStreamException($"the connection ended after {length} bytes");
            }

            length += read;
            var text = Encoding.ASCII.GetString(buffer, 0, length);
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is > 0 and var end && length >= end + 4 + ContentLength(text[..end]))
            {
                return text;
            }
        }
    }

    private static int ContentLength(string head)
    {
        const string Name = "\r\nContent-Length: ";
        var start = head.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
        var end = head.IndexOf("\r\n", start, StringComparison.Ordinal);
        return int.Parse(head.AsSpan(start, (end < 0 ? head.Length : end) - start), CultureInfo.InvariantCulture);
    }

    private void Close()
    {
        socket?.Dispose();
        socket = null;
    }
}
