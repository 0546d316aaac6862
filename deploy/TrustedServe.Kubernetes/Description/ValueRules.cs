using System.Net;
using System.Text.RegularExpressions;

namespace TrustedServe.Kubernetes.Description;

/// <summary>The forms that values of a description have. All of them exclude what would need quoting where the value goes.</summary>
internal static partial class ValueRules
{
    private const int MaxAddress = 512;
    private const int MaxCertificate = 32 << 10;
    private const int MaxQuery = 2048;

    /// <summary>A name that others are made from, so it leaves room for their endings.</summary>
    public static bool Name(string text) => NameForm().IsMatch(text);

    /// <summary>A namespace or another DNS label.</summary>
    public static bool Label(string text) => LabelForm().IsMatch(text);

    /// <summary>A host name.</summary>
    public static bool Host(string text) => text.Length <= 253 && HostForm().IsMatch(text);

    /// <summary>An image by digest alone: a tag beside it would be read by people and ignored by machines.</summary>
    public static bool Image(string text) => text.Length <= MaxAddress && ImageForm().IsMatch(text);

    /// <summary>Name of a model.</summary>
    public static bool Model(string text) => ModelForm().IsMatch(text);

    /// <summary>A resource of the broker.</summary>
    public static bool KeyId(string text) => KeyIdForm().IsMatch(text);

    /// <summary>A pattern of resources.</summary>
    public static bool ResourcePattern(string text) => ResourceForm().IsMatch(text);

    /// <summary>A register of a guest.</summary>
    public static bool Register(string text) => RegisterForm().IsMatch(text);

    /// <summary>Name of a queue.</summary>
    public static bool Queue(string text) => QueueForm().IsMatch(text) && !text.Contains("--", StringComparison.Ordinal);

    /// <summary>Name of a storage account.</summary>
    public static bool Account(string text) => AccountForm().IsMatch(text);

    /// <summary>A container, or one and a prefix.</summary>
    public static bool Container(string text) => text.Length <= 256 && ContainerForm().IsMatch(text);

    /// <summary>A client id.</summary>
    public static bool ClientId(string text) => Guid.TryParseExact(text, "D", out _);

    /// <summary>A time zone's name.</summary>
    public static bool TimeZone(string text) => TimeZoneForm().IsMatch(text);

    /// <summary>Five fields of cron.</summary>
    public static bool Cron(string text) => CronForm().IsMatch(text);

    /// <summary>A query of Prometheus.</summary>
    public static bool Query(string text) => text.Length is > 0 and <= MaxQuery && !text.Any(char.IsControl);

    /// <summary>Addresses as CIDR.</summary>
    public static bool Cidr(string text) => text.Length <= 64 && IPNetwork.TryParse(text, out _);

    /// <summary>An https address without user, query and fragment: those carry secrets.</summary>
    public static bool Https(string text) => Address(text, "https");

    /// <summary>The https address of a blob container.</summary>
    public static bool Store(string text) => Https(text) && new Uri(text).Segments.Length == 2 && !text.EndsWith('/');

    /// <summary>An http or https address inside of a cluster.</summary>
    public static bool AnyHttp(string text) => Address(text, "https") || Address(text, "http");

    /// <summary>One or more certificates in PEM.</summary>
    public static bool Certificate(string text) => text.Length <= MaxCertificate && CertificateForm().IsMatch(text.Trim());

    private static bool Address(string text, string scheme) =>
        text.Length <= MaxAddress && AddressForm().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme == scheme && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0;

    [GeneratedRegex(@"\A[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex LabelForm();

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\z")]
    private static partial Regex HostForm();

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+@sha256:[0-9a-f]{64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex ImageForm();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex ModelForm();

    [GeneratedRegex(@"\Akbs:///[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}){2}\z")]
    private static partial Regex KeyIdForm();

    [GeneratedRegex(@"\A(?:\*|[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})(?:/(?:\*|[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})){2}\z")]
    private static partial Regex ResourceForm();

    [GeneratedRegex(@"\A[0-9a-fA-F]{96}\z")]
    private static partial Regex RegisterForm();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\z")]
    private static partial Regex QueueForm();

    [GeneratedRegex(@"\A[a-z0-9]{3,24}\z")]
    private static partial Regex AccountForm();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{1,61}[a-z0-9](?:/[A-Za-z0-9._-]+)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex ContainerForm();

    [GeneratedRegex(@"\A[A-Za-z]+(?:/[A-Za-z_+-]+){0,2}\z", RegexOptions.NonBacktracking)]
    private static partial Regex TimeZoneForm();

    [GeneratedRegex(@"\A[0-9*/,-]{1,32}(?: [0-9A-Za-z*/,-]{1,32}){4}\z", RegexOptions.NonBacktracking)]
    private static partial Regex CronForm();

    [GeneratedRegex(@"\A[A-Za-z0-9._~:/\[\]%-]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex AddressForm();

    [GeneratedRegex(@"\A(?:-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n?)+\z", RegexOptions.NonBacktracking)]
    private static partial Regex CertificateForm();
}
