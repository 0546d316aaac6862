namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF0001: something unforeseen; the message of the cause stays in the log.</summary>
    public static readonly ErrorCode Internal = new("TSF0001", 500, "Something failed that no other code describes", "Look for the request id in the log of the process and report what stands there.");

    /// <summary>TSF0002: one or more settings are wrong; all are listed.</summary>
    public static readonly ErrorCode InvalidSettings = new("TSF0002", 500, "One or more settings are not valid", "Correct every setting that the message lists; the settings schema documents type, unit, default and range.");

    /// <summary>TSF0003: an option that decides trust came from a source that the host controls.</summary>
    public static readonly ErrorCode UntrustedSetting = new("TSF0003", 500, "An option that decides trust came from where the machine's owner can change it", "Inside a trust domain, take it out of environment, command line and files and put it into measured initdata or the settings resource.");

    /// <summary>TSF0004: an address or socket is in use.</summary>
    public static readonly ErrorCode AddressInUse = new("TSF0004", 500, "A port or socket is already in use", "Stop the process that listens there, or choose another address.");

    /// <summary>TSF0005: the process cannot protect its memory as required.</summary>
    public static readonly ErrorCode UnprotectedMemory = new("TSF0005", 500, "Plaintext could leave protected memory", "Turn swap off and give the process a private tmpfs; an option with Insecure in its name allows it for development only.");

    /// <summary>TSF0006: the disk or the memory-backed volume is full.</summary>
    public static readonly ErrorCode NoSpace = new("TSF0006", 507, "There is no space left", "Free space on the named volume or give it more.");

    /// <summary>TSF0007: listening beyond loopback without callers being known.</summary>
    public static readonly ErrorCode OpenListener = new("TSF0007", 500, "The listener would serve anyone", "Give an API key file, or listen on loopback.");

    /// <summary>TSF0008: a file that must exist cannot be read.</summary>
    public static readonly ErrorCode FileUnreadable = new("TSF0008", 500, "A file cannot be read or written", "Check that the named path exists and that its owner and mode allow it.");

    /// <summary>TSF0009: a tool that a step needs is not installed.</summary>
    public static readonly ErrorCode MissingTool = new("TSF0009", 500, "A program that this step needs is not installed", "Install the named program; the rest works without it.");

    /// <summary>TSF0010: a command line that makes no sense.</summary>
    public static readonly ErrorCode Usage = new("TSF0010", 400, "The command cannot be carried out as it was typed", "See the command's --help.");

    /// <summary>TSF0011: the file of API keys is not one.</summary>
    public static readonly ErrorCode InvalidKeyFile = new("TSF0011", 500, "The file of API keys is not valid", "Correct what the message names, or make the file anew; after a bad change the last good keys stay in force.");
}
