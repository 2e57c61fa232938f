// A disk that cannot give what is mapped: the process's last words.

#ifndef RUNDLET_SERVICE_MAPPING_FAULT_H_
#define RUNDLET_SERVICE_MAPPING_FAULT_H_

namespace rundlet {

// From here on a SIGBUS ends the process with `exit_status`, after one line on
// stderr that names the file and the offset that could not be read. The kernel
// says so little that no error can be made of it: the thread that touched the
// bytes stands in the middle of an instruction.
void ReportMappingFaults(int exit_status);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_MAPPING_FAULT_H_
