using System.Globalization;

namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>The types of events that the TCG names, as far as firmware and boot loaders of confidential guests write them.</summary>
public static class EventTypes
{
    /// <summary>EV_NO_ACTION: says something about the log and is extended into no register.</summary>
    public const uint NoAction = 3;

    /// <summary>EV_SEPARATOR: the firmware hands over.</summary>
    public const uint Separator = 4;

    /// <summary>EV_EVENT_TAG: a tag, a length and data of the writer's own.</summary>
    public const uint EventTag = 6;

    /// <summary>EV_IPL: what the boot loader does.</summary>
    public const uint BootLoader = 0xd;

    /// <summary>EV_EFI_VARIABLE_DRIVER_CONFIG: a firmware variable, with its data.</summary>
    public const uint VariableDriverConfig = 0x80000001;

    /// <summary>EV_EFI_VARIABLE_BOOT: a boot variable; the digest is of its data alone.</summary>
    public const uint VariableBoot = 0x80000002;

    /// <summary>EV_EFI_GPT_EVENT: the disk's partition table.</summary>
    public const uint PartitionTable = 0x80000006;

    /// <summary>EV_EFI_ACTION: a sentence of the firmware's.</summary>
    public const uint EfiAction = 0x80000007;

    /// <summary>EV_EFI_VARIABLE_AUTHORITY: the certificate that a started image was checked with.</summary>
    public const uint VariableAuthority = 0x800000e0;

    /// <summary>The TCG's name of a type, or its number.</summary>
    public static string Name(uint type) => type switch
    {
        0 => "EV_PREBOOT_CERT",
        1 => "EV_POST_CODE",
        NoAction => "EV_NO_ACTION",
        Separator => "EV_SEPARATOR",
        5 => "EV_ACTION",
        EventTag => "EV_EVENT_TAG",
        7 => "EV_S_CRTM_CONTENTS",
        8 => "EV_S_CRTM_VERSION",
        9 => "EV_CPU_MICROCODE",
        0xa => "EV_PLATFORM_CONFIG_FLAGS",
        0xb => "EV_TABLE_OF_DEVICES",
        0xc => "EV_COMPACT_HASH",
        BootLoader => "EV_IPL",
        0xe => "EV_IPL_PARTITION_DATA",
        VariableDriverConfig => "EV_EFI_VARIABLE_DRIVER_CONFIG",
        VariableBoot => "EV_EFI_VARIABLE_BOOT",
        0x80000003 => "EV_EFI_BOOT_SERVICES_APPLICATION",
        0x80000004 => "EV_EFI_BOOT_SERVICES_DRIVER",
        0x80000005 => "EV_EFI_RUNTIME_SERVICES_DRIVER",
        PartitionTable => "EV_EFI_GPT_EVENT",
        EfiAction => "EV_EFI_ACTION",
        0x80000008 => "EV_EFI_PLATFORM_FIRMWARE_BLOB",
        0x80000009 => "EV_EFI_HANDOFF_TABLES",
        0x8000000a => "EV_EFI_PLATFORM_FIRMWARE_BLOB2",
        0x8000000b => "EV_EFI_HANDOFF_TABLES2",
        0x8000000c => "EV_EFI_VARIABLE_BOOT2",
        0x80000010 => "EV_EFI_HCRTM_EVENT",
        VariableAuthority => "EV_EFI_VARIABLE_AUTHORITY",
        _ => "0x" + type.ToString("x8", CultureInfo.InvariantCulture),
    };
}
