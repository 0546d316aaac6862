using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.Reports;

/// <summary>
/// A mounted double of configfs-tsm: a real file system, served by this process over the kernel's FUSE interface, so that every
/// system call of the program under test goes through the kernel and gets the answers of <see cref="TsmModel"/>.
/// </summary>
/// <remarks>
/// Its limits: it needs root and /dev/fuse (tests that use it are skipped elsewhere), attributes have the mode that configfs gives
/// them but root passes every check, and a removed entry's open files answer ENOENT as configfs does, but only at their first read.
/// </remarks>
internal sealed class FuseConfigfs : IDisposable
{
    private const int RootNode = 1;
    private const int HeaderLength = 40;
    private static readonly (string Name, uint Mode)[] Attributes = [("provider", 0x124), ("generation", 0x124), ("inblob", 0x80), ("outblob", 0x124), ("auxblob", 0x124)];

    private readonly TemporaryDirectory directory = new();
    private readonly int device;
    private readonly Thread server;
    private readonly ConcurrentDictionary<ulong, string> nodes = new();
    private readonly ConcurrentDictionary<ulong, Handle> handles = new();
    private ulong lastNode = RootNode;
    private ulong lastHandle;

    private FuseConfigfs(TsmModel model, int device)
    {
        (Model, this.device) = (model, device);
        server = new Thread(Serve) { IsBackground = true, Name = "configfs double" };
    }

    public TsmModel Model { get; }

    /// <summary>The folder that stands for /sys/kernel/config/tsm/report.</summary>
    public string Root => directory.Path;

    /// <summary>Mounts, or skips the test where that is not possible.</summary>
    public static FuseConfigfs Mount(TsmModel? model = null)
    {
        var device = open("/dev/fuse", 2 | 0x80000);
        Assert.SkipUnless(device >= 0, "there is no /dev/fuse that this process may open");
        var mounted = new FuseConfigfs(model ?? new TsmModel(), device);
        if (mount("configfs-double", mounted.Root, "fuse", 2 | 4 | 8, $"fd={device},rootmode=40000,user_id=0,group_id=0") != 0)
        {
            _ = close(device);
            mounted.directory.Dispose();
            Assert.Skip("this process may not mount file systems");
        }

        mounted.server.Start();
        return mounted;
    }

    public void Dispose()
    {
        // Ends every call that still waits, then the server's read. 2: even while something is open.
        Model.Host.Set();
        _ = umount2(Root, 2);
        server.Join();
        _ = close(device);
        directory.Dispose();
    }

    private void Serve()
    {
        var buffer = new byte[1 << 20];
        while (true)
        {
            var length = read(device, buffer, buffer.Length);
            if (length < HeaderLength)
            {
                if (length < 0 && Marshal.GetLastPInvokeError() is 4 or 11 or 2)
                {
                    continue;
                }

                return; // ENODEV: unmounted
            }

            var request = new Request(buffer.AsSpan(0, (int)length).ToArray());
            if (request.Operation == 15 && handles.TryGetValue(request.UInt64(0), out var handle))
            {
                // The host's answer may take long; other calls go on meanwhile.
                _ = Task.Run(() => Answer(request, Read(handle, request)));
            }
            else if (request.Operation is not (2 or 36 or 42))
            {
                Answer(request, Dispatch(request));
            }
        }
    }

    private (int Error, byte[] Body) Dispatch(Request request) => request.Operation switch
    {
        1 => Lookup(request.Node, request.Name(0)),
        3 or 4 => nodes.ContainsKey(request.Node) || request.Node == RootNode ? (0, [.. new byte[16], .. Attribute(request.Node)]) : (2, []),
        9 => MakeDirectory(request),
        11 => Model.RemoveDirectory(request.Name(0)) ? (0, []) : (2, []),
        14 => Open(request),
        16 => Write(request),
        17 => (0, new byte[80]),
        25 => Flush(request),
        18 => (handles.TryRemove(request.UInt64(0), out _) ? 0 : 0, []),
        26 => (0, [.. U32(7), .. U32(31), .. request.Body.AsSpan(8, 4), .. U32(0), .. U32(0), .. U32(65536), .. U32(1), .. new byte[36]]),
        27 => (0, new byte[16]),
        28 => ReadDirectory(request),
        29 or 34 or 38 => (0, []),
        10 or 35 or 8 or 12 => (1, []),
        _ => (38, []),
    };

    private (int Error, byte[] Body) Lookup(ulong parent, string name)
    {
        var path = parent == RootNode ? name : nodes.TryGetValue(parent, out var entry) ? $"{entry}/{name}" : "";
        var known = parent == RootNode
            ? Model.Exists(name)
            : Model.Exists(path.Split('/')[0]) && Attributes.Any(attribute => attribute.Name == name);
        return known ? (0, Entry(path)) : (2, []);
    }

    private (int Error, byte[] Body) MakeDirectory(Request request)
    {
        var name = request.Name(8);
        var error = request.Node == RootNode ? Model.MakeDirectory(name) : 1;
        return error != 0 ? (error, []) : (0, Entry(name));
    }

    private (int Error, byte[] Body) Open(Request request)
    {
        if (!nodes.TryGetValue(request.Node, out var path) || !Model.Exists(path.Split('/')[0]))
        {
            return (2, []);
        }

        var error = Model.OpenError(path.Split('/')[1]);
        if (error != 0)
        {
            return (error, []);
        }

        var handle = Interlocked.Increment(ref lastHandle);
        handles[handle] = new Handle(path.Split('/')[0], path.Split('/')[1]);

        // 1 direct, 4 not seekable: what is read is what the attribute gives, whatever its size says.
        return (0, [.. U64(handle), .. U32(1 | 4), .. U32(0)]);
    }

    private (int Error, byte[] Body) Read(Handle handle, Request request)
    {
        lock (handle)
        {
            if (handle.Content is null)
            {
                var (content, error) = Model.Read(handle.Entry, handle.Attribute);
                if (error != 0)
                {
                    return (error, []);
                }

                handle.Content = content;
            }

            // In small pieces, as a reader must be ready to take them.
            var offset = (int)Math.Min(request.UInt64(8), (ulong)handle.Content.Length);
            var length = Math.Min(Math.Min(request.UInt32(16), 4096), handle.Content.Length - offset);
            return (0, handle.Content.AsSpan(offset, (int)length).ToArray());
        }
    }

    private (int Error, byte[] Body) Write(Request request)
    {
        if (!handles.TryGetValue(request.UInt64(0), out var handle) || handle.Attribute != "inblob")
        {
            return (1, []);
        }

        var data = request.Body.AsSpan(40, (int)request.UInt32(16));
        handle.Input.AddRange(data);
        return handle.Input.Count > 64 ? (TsmModel.Errors.TooBig, []) : (0, [.. U32((uint)data.Length), .. U32(0)]);
    }

    /// <summary>Sent by close: the moment at which configfs hands a binary attribute's input on.</summary>
    private (int Error, byte[] Body) Flush(Request request)
    {
        if (handles.TryGetValue(request.UInt64(0), out var handle) && handle.Input.Count > 0)
        {
            Model.TakeInput(handle.Entry, [.. handle.Input]);
            handle.Input.Clear();
        }

        return (0, []);
    }

    private (int Error, byte[] Body) ReadDirectory(Request request)
    {
        var names = request.Node == RootNode ? Model.Names : Attributes.Select(attribute => attribute.Name);
        var body = new List<byte>();
        var index = 0ul;
        foreach (var name in names)
        {
            if (++index > request.UInt64(8))
            {
                var bytes = Encoding.UTF8.GetBytes(name);
                body.AddRange([.. U64(index), .. U64(index), .. U32((uint)bytes.Length), .. U32(request.Node == RootNode ? 4u : 8u), .. bytes]);
                body.AddRange(new byte[(8 - (body.Count % 8)) % 8]);
            }
        }

        return (0, [.. body.Take((int)request.UInt32(16))]);
    }

    private byte[] Entry(string path)
    {
        var node = Interlocked.Increment(ref lastNode);
        nodes[node] = path;
        return [.. U64(node), .. new byte[32], .. Attribute(node)];
    }

    private byte[] Attribute(ulong node)
    {
        var mode = node != RootNode && nodes[node].Contains('/', StringComparison.Ordinal)
            ? 0x8000 | Attributes.Single(attribute => nodes[node].EndsWith("/" + attribute.Name, StringComparison.Ordinal)).Mode
            : 0x4000 | 0x1edu;
        return [.. U64(node), .. new byte[52], .. U32(mode), .. U32(1), .. new byte[20]];
    }

    private void Answer(Request request, (int Error, byte[] Body) answer)
    {
        byte[] message = [.. U32((uint)(16 + answer.Body.Length)), .. U32((uint)-answer.Error), .. U64(request.Unique), .. answer.Body];
        _ = write(device, message, message.Length);
    }

    private static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int open(string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(int file, byte[] buffer, nint count);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int file, byte[] buffer, nint count);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int file);

    [DllImport("libc", SetLastError = true)]
    private static extern int mount(string source, string target, string type, ulong flags, string data);

    [DllImport("libc", SetLastError = true)]
    private static extern int umount2(string target, int flags);

    private sealed record Handle(string Entry, string Attribute)
    {
        public List<byte> Input { get; } = [];

        public byte[]? Content { get; set; }
    }

    private sealed class Request(byte[] message)
    {
        public uint Operation => BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(4));

        public ulong Unique => BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(8));

        public ulong Node => BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(16));

        public byte[] Body { get; } = message[HeaderLength..];

        public uint UInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Body.AsSpan(offset));

        public ulong UInt64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Body.AsSpan(offset));

        public string Name(int offset) => Encoding.UTF8.GetString(Body.AsSpan(offset, Body.AsSpan(offset).IndexOf((byte)0)));
    }
}
