using System.Text;

namespace TrustedServe.Attestation.Tests.Tdx.Reports;

/// <summary>
/// What the kernel's configfs-tsm does with its entries, call for call (drivers/virt/coco/guest/report.c and configfs's
/// handling of binary attributes), with the failures that a test asks for.
/// </summary>
/// <remarks>
/// Input is gathered by write and taken at close, whose result nobody sees; <c>generation</c> counts the inputs taken; the first
/// read of <c>outblob</c> makes the report, later reads of an unchanged entry give the same one.
/// </remarks>
internal sealed class TsmModel
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = [];

    /// <summary>What <c>provider</c> says.</summary>
    public string Provider { get; set; } = "tdx_guest\n";

    /// <summary>Makes the report for the input.</summary>
    public Func<byte[], byte[]> Report { get; set; } = input => SyntheticQuote.Version4(input);

    /// <summary>Error of mkdir, by count of calls from 1; 0 for none.</summary>
    public Func<int, int> CreateError { get; set; } = _ => 0;

    /// <summary>Error of making a report, by count of calls from 1; 0 for none.</summary>
    public Func<int, int> ReportError { get; set; } = _ => 0;

    /// <summary>Error of opening an attribute; 0 for none.</summary>
    public Func<string, int> OpenError { get; set; } = _ => 0;

    /// <summary>Whether an intruder writes the entry before the report is made, by count of entries from 1.</summary>
    public Func<int, bool> IntrudeBefore { get; set; } = _ => false;

    /// <summary>Whether an intruder writes the entry after the report is read, by count of entries from 1.</summary>
    public Func<int, bool> IntrudeAfter { get; set; } = _ => false;

    /// <summary>While unset, making a report waits: the host does not answer.</summary>
    public ManualResetEventSlim Host { get; } = new(true);

    /// <summary>Set when somebody waits for a report.</summary>
    public ManualResetEventSlim Asked { get; } = new();

    /// <summary>How many entries were ever made.</summary>
    public int Created { get; private set; }

    /// <summary>How many reports were made.</summary>
    public int Reports { get; private set; }

    /// <summary>Every write that was seen: its length.</summary>
    public List<int> Writes { get; } = [];

    /// <summary>Most entries at one time.</summary>
    public int MostEntries { get; private set; }

    /// <summary>The entries there are.</summary>
    public string[] Names
    {
        get
        {
            lock (gate)
            {
                return [.. entries.Keys];
            }
        }
    }

    public int MakeDirectory(string name)
    {
        lock (gate)
        {
            var error = CreateError(++Created);
            if (error == 0)
            {
                entries.Add(name, new Entry { Number = Created });
                MostEntries = Math.Max(MostEntries, entries.Count);
            }

            return error;
        }
    }

    public bool RemoveDirectory(string name)
    {
        lock (gate)
        {
            return entries.Remove(name);
        }
    }

    public bool Exists(string name)
    {
        lock (gate)
        {
            return entries.ContainsKey(name);
        }
    }

    /// <summary>inblob, after its file was closed.</summary>
    public void TakeInput(string name, byte[] input)
    {
        lock (gate)
        {
            Writes.Add(input.Length);
            if (entries.TryGetValue(name, out var entry))
            {
                Take(entry, input);
            }
        }
    }

    /// <summary>The content of an attribute at its first read, or an error.</summary>
    public (byte[] Content, int Error) Read(string name, string attribute)
    {
        Entry? entry;
        lock (gate)
        {
            if (!entries.TryGetValue(name, out entry))
            {
                return ([], Errors.NoEntry);
            }
        }

        return attribute switch
        {
            "provider" => (Encoding.ASCII.GetBytes(Provider), 0),
            "generation" => (Encoding.ASCII.GetBytes($"{entry.WriteGeneration}\n"), 0),
            "outblob" => ReadReport(entry),
            "auxblob" => ([], 0),
            _ => ([], Errors.NotPermitted),
        };
    }

    private (byte[] Content, int Error) ReadReport(Entry entry)
    {
        if (IntrudeBefore(entry.Number))
        {
            Take(entry, [.. Enumerable.Repeat((byte)0xee, 64)]);
        }

        lock (gate)
        {
            if (entry.Input is null)
            {
                return ([], Errors.Invalid);
            }

            if (entry.Output is not null && entry.ReadGeneration == entry.WriteGeneration)
            {
                return (entry.Output, 0);
            }
        }

        Asked.Set();
        Host.Wait();
        lock (gate)
        {
            var error = entry.Input.Length != 64 ? Errors.Invalid : ReportError(++Reports);
            if (error != 0)
            {
                return ([], error);
            }

            entry.Output = Report(entry.Input);
            entry.ReadGeneration = entry.WriteGeneration;
        }

        var output = entry.Output;
        if (IntrudeAfter(entry.Number))
        {
            Take(entry, [.. Enumerable.Repeat((byte)0xee, 64)]);
        }

        return (output, 0);
    }

    private void Take(Entry entry, byte[] input)
    {
        lock (gate)
        {
            entry.Input = input;
            entry.WriteGeneration++;
        }
    }

    /// <summary>Error numbers of Linux.</summary>
    public static class Errors
    {
        public const int NotPermitted = 1;
        public const int NoEntry = 2;
        public const int Interrupted = 4;
        public const int Failed = 5;
        public const int NoSuchDevice = 6;
        public const int Again = 11;
        public const int Denied = 13;
        public const int Busy = 16;
        public const int Exists = 17;
        public const int Invalid = 22;
        public const int NotATerminal = 25;
        public const int TooBig = 27;
        public const int NoSpace = 28;
        public const int ReadOnly = 30;
        public const int TimedOut = 110;
    }

    private sealed class Entry
    {
        public int Number { get; init; }

        public byte[]? Input { get; set; }

        public byte[]? Output { get; set; }

        public long WriteGeneration { get; set; }

        public long ReadGeneration { get; set; }
    }
}
