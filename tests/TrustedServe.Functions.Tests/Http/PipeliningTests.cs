using System.Net.Sockets;
using System.Text;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Http;

[Collection(SharedHostGroup.Name)]
public sealed class PipeliningTests(SharedHost shared)
{
    private const string Body = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    private readonly TestHost host = shared.Host;

    // What follows an answer may run on the thread that reads all answers, and a connection goes on with what was sent behind.
    [Fact]
    public async Task Caller_with_thousands_of_requests_behind_an_answer_keeps_no_other_from_its_own()
    {
        const int Behind = 20_000;
        var infer = $"POST /v2/models/matrix/infer HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}";
        var all = Encoding.ASCII.GetBytes(infer + string.Concat(Enumerable.Repeat("GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n", Behind)));
        using var client = new TcpClient();
        await client.ConnectAsync(host.Client.BaseAddress!.Host, host.Client.BaseAddress.Port);
        var stream = client.GetStream();
        var sending = stream.WriteAsync(all);
        var answered = 0;
        var reading = Task.Run(async () =>
        {
            var buffer = new byte[64 << 10];
            var end = "\r\n\r\n"u8.ToArray();
            for (var rest = 0; answered <= Behind;)
            {
                var read = rest + await stream.ReadAsync(buffer.AsMemory(rest));
                Assert.True(read > rest, "The connection was closed.");
                var last = buffer.AsSpan(0, read).LastIndexOf(end);
                Interlocked.Add(ref answered, buffer.AsSpan(0, read).Count(end));
                rest = last < 0 ? read : read - last - end.Length;
                buffer.AsSpan(read - rest, rest).CopyTo(buffer);
            }
        });

        while (Volatile.Read(ref answered) == 0)
        {
            await Task.Yield();
        }

        using var other = await host.Client.PostAsync("/v2/models/matrix/infer", new StringContent(Body, Encoding.UTF8, "application/json"));
        other.EnsureSuccessStatusCode();
        Assert.InRange(Volatile.Read(ref answered), 1, Behind);
        await sending;
        await reading;
    }
}
