using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ZarrFs.Core.Native;

/// <summary>
/// Libraries of the system, loaded by whichever of their names is found. An assembly has one resolver of imports only, so all of them
/// go through here.
/// </summary>
internal static class SystemLibrary
{
    private static readonly ConcurrentDictionary<string, nint> Loaded = new(StringComparer.Ordinal);

    static SystemLibrary() =>
        NativeLibrary.SetDllImportResolver(typeof(SystemLibrary).Assembly, static (import, _, _) => Loaded.GetValueOrDefault(import));

    /// <summary>Loads the first of the names that has a function, which tells a library that is too old. Must come before the first call.</summary>
    /// <param name="import">The name that the imports say.</param>
    /// <param name="function">The newest function that is called.</param>
    /// <param name="linux">File names, the system's own first.</param>
    /// <param name="mac">File names or paths.</param>
    /// <param name="windows">File names.</param>
    /// <returns>False if there is none.</returns>
    public static bool TryLoad(string import, string function, string[] linux, string[] mac, string[] windows)
    {
        foreach (string name in OperatingSystem.IsWindows() ? windows : OperatingSystem.IsMacOS() ? mac : linux)
        {
            if (!NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), null, out nint library)) continue;
            if (NativeLibrary.TryGetExport(library, function, out _))
            {
                Loaded[import] = library;
                return true;
            }

            NativeLibrary.Free(library);
        }

        return false;
    }
}
