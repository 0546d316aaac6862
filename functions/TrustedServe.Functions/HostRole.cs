namespace TrustedServe.Functions;

/// <summary>What a front end is there for.</summary>
internal enum HostRole
{
    /// <summary>Requests from its own listener, and the messages of its queue.</summary>
    Serve,

    /// <summary>Requests and messages that another host in this process hands on.</summary>
    Embedded,

    /// <summary>One message.</summary>
    OneShot,
}
