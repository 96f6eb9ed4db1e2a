using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Access;

/// <summary>What must be said before other machines are answered: how it is kept secret on the way, and who may read.</summary>
internal static class SharingRules
{
    /// <summary>Checks that the options allow each other and the address.</summary>
    /// <exception cref="OptionException">Names what is missing or contradicts, with a command that works.</exception>
    public static void Check(ListenAddress listen, TlsOptions? tls, AccessOptions access)
    {
        if (access is { IsPublic: true, HasRules: true })
        {
            string file = access.PasswordFile is not null ? "--password-file" : "--token-file";
            throw new OptionException("--public", $"{file} is given too, and everybody could read in spite of it; leave out one of the two");
        }

        if (access.IsInsecure && tls is not null)
            throw new OptionException("--insecure", $"{(tls.IsSelfSigned ? "--tls-self-signed" : "--tls")} is given too; leave out one of the two");
        if (listen.IsLoopback) return;

        bool isSafe = tls is not null || access.IsInsecure, hasReaders = access.HasRules || access.IsPublic;
        if (isSafe && hasReaders) return;
        const string Way = "nothing keeps it secret on the way (--tls CERT KEY, or --tls-self-signed; or --insecure, and whoever is on the way can read data and passwords)";
        const string Readers = "nothing says who may read it (--token-file FILE or --password-file FILE; or --public, and everybody may)";
        string missing = isSafe ? Readers : hasReaders ? Way : $"{Way}, and {Readers}";
        throw new OptionException("--listen", $"{listen} can be reached from other machines, but {missing}. For example: {Example(listen, tls, access)}");
    }

    /// <summary>What the user gave, and what is missing in its safest form.</summary>
    private static string Example(ListenAddress listen, TlsOptions? tls, AccessOptions access)
    {
        string way = tls is { IsSelfSigned: false } ? $"--tls {tls.Certificate} {tls.Key}" : access.IsInsecure ? "--insecure" : "--tls-self-signed";
        string command = $"zarrfs serve SOURCE --listen {listen} {way}";
        if (access.IsPublic) return $"{command} --public";
        if (access.PasswordFile is { } passwords) return $"{command} --password-file {passwords}";
        string tokens = access.TokenFile ?? TokenFile.DefaultPath;
        return $"zarrfs token create --token-file {tokens} && {command} --token-file {tokens}";
    }
}
