using Google.Protobuf;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Calls;

/// <summary>Both ends of a call socket in one process, with the kernel between them.</summary>
internal sealed class CallPair : IDisposable
{
    public const int MaxMessageBytes = 8 << 20;

    public static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory directory = new();

    public CallPair(CallHandler handler, TimeSpan? patience = null)
    {
        Path = CallSocket.PathOf(directory["worker"]);
        Listener = new CallListener(Path, MaxMessageBytes, handler, _ => { }, TimeProvider.System, patience);
        Client = Connect();
    }

    public string Path { get; }

    public CallListener Listener { get; }

    public CallClient Client { get; }

    public CallClient Connect() => CallClient.Connect(Path, MaxMessageBytes, TimeProvider.System);

    public RawPeer ConnectRaw() => RawPeer.Connect(Path);

    public static ModelInferRequest Request(string id, int bytes = 0) => new() { Id = id, RawInputContents = { ByteString.CopyFrom(new byte[bytes]) } };

    public static Task<ModelInferResponse> EchoAsync(ModelInferRequest request, TimeSpan remaining, CancellationToken cancellationToken) =>
        Task.FromResult(new ModelInferResponse { Id = request.Id });

    public void Dispose()
    {
        Client.Dispose();
        Listener.Dispose();
        directory.Dispose();
    }
}
